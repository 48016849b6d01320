import { digestBytes } from "../../codec/digest.ts";
import type { FileDigests } from "../../store/file-digests.ts";
import { takeManifest } from "../../store/manifest.ts";
import type { MadeOutput } from "./job.ts";

/** The digest and size of a folder: of the paths in it, and the digests of its files. */
export async function folderDigest(folder: string, digests: FileDigests): Promise<Omit<MadeOutput, "from">> {
  const files = await takeManifest(folder, digests);
  return {
    files: files.map(({ path, digest, size }) => [path, digest, size] as const),
    digest: digestOfFolder(files.map(({ path, digest }) => [path, digest])),
    size: files.reduce((sum, { size }) => sum + size, 0),
  };
}

/** @param files Paths in the folder, sorted, and digests. */
export function digestOfFolder(files: readonly (readonly [path: string, digest: string])[]): string {
  return digestBytes(files.map(([path, digest]) => `${digest} ${path}\n`).join(""));
}
