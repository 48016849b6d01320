import { join } from "node:path";
import { digestBytes } from "../../codec/digest.ts";
import type { FileDigests } from "../../store/file-digests.ts";
import type { MadeOutput } from "./job.ts";
import { filesIn } from "./listing.ts";

/** The digest and size of a folder: of the paths in it, and the digests of its files. */
export async function folderDigest(folder: string, digests: FileDigests): Promise<Omit<MadeOutput, "from">> {
  const files: (readonly [path: string, digest: string, size: number])[] = [];
  for (const path of filesIn(folder)) {
    const file = await digests.soon(join(folder, path));
    if (file !== null) files.push([path, file.digest, file.size]);
  }
  return {
    files,
    digest: digestOfFolder(files),
    size: files.reduce((sum, [, , size]) => sum + size, 0),
  };
}

/** @param files Paths in the folder, sorted, and digests. */
export function digestOfFolder(
  files: readonly (readonly [path: string, digest: string, ...more: unknown[]])[],
): string {
  return digestBytes(files.map(([path, digest]) => `${digest} ${path}\n`).join(""));
}
