/**
 * Whether a disk has room for a commit. None is begun without: LMDB's binding corrupts its memory where one fails, which
 * ends the process sooner or later.
 */
import { statfsSync } from "node:fs";

/** For pages that are copied, and for others who write to the same disk meanwhile. In bytes. */
const SPARE = 512 * 1024;

/** @throws Error with the code ENOSPC */
export function assertRoom(folder: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize >= bytes + SPARE) return;
  throw Object.assign(new Error("there is no room on the disk"), { code: "ENOSPC" });
}
