/** Small disks in memory, that can be full. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Why there can be none here; null where there can. */
export function reasonAgainstDisks(): string | null {
  if (process.platform !== "linux") return "only Linux has tmpfs";
  const folder = mkdtempSync(join(tmpdir(), "heddle-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=65536", "none", folder], { stdio: "ignore" });
    execFileSync("umount", [folder]);
    return null;
  } catch {
    return "this user cannot mount a small disk";
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Puts a disk of so many bytes at this path. */
export function mountDisk(folder: string, bytes: number): void {
  mkdirSync(folder, { recursive: true });
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "none", folder]);
}

export function unmountDisk(folder: string): void {
  execFileSync("umount", ["-l", folder]);
}

/** Leaves so many bytes; gives the file that takes up the rest. */
export function fill(folder: string, left: number): string {
  const { bavail, bsize } = statfsSync(folder);
  const filler = join(folder, "filler");
  writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - left)));
  return filler;
}
