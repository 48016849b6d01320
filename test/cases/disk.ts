/** Small disks for a test, which only root can have. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { mountDisk, reasonAgainstDisks, unmountDisk } from "../disk/disk.ts";

export { fill } from "../disk/disk.ts";

/** Why there can be none here; null if there can. */
export const whyNoDisk = reasonAgainstDisks();

/** A disk of so many bytes, in memory, that goes with the test. */
export function smallDisk(bytes: number): string {
  const folder = mkdtempSync(join(tmpdir(), "heddle-disk-"));
  mountDisk(folder, bytes);
  onTestFinished(() => {
    unmountDisk(folder);
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}
