/** Small disks, which only root can have. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Why there can be none here; null if there can. */
export const whyNoDisk = reasonAgainst();

/** A disk of so many bytes, in memory. */
export function smallDisk(bytes: number): string {
  const folder = mkdtempSync(join(tmpdir(), "heddle-disk-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "none", folder]);
  onTestFinished(() => {
    execFileSync("umount", ["-l", folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Leaves so many bytes. */
export function fill(folder: string, left: number): string {
  const { bavail, bsize } = statfsSync(folder);
  const filler = join(folder, "filler");
  writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - left)));
  return filler;
}

function reasonAgainst(): string | null {
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
