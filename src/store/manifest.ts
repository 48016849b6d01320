/** What is in the directory of a call when it has completed. */
import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { type Digest, digestBytes } from "../codec/digest.ts";
import type { FileFact } from "./entry.ts";
import type { FileDigests } from "./file-digests.ts";

/**
 * The files below a folder, sorted by their paths in it, with `/`; null if there is no such folder. Links count as what
 * they lead to.
 */
export async function takeManifest(folder: string, digests: FileDigests): Promise<readonly FileFact[] | null> {
  let found: Dirent[];
  try {
    found = await readdir(folder, { recursive: true, withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  const facts: FileFact[] = [];
  for (const entry of found) {
    if (!entry.isFile() && !entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    const file = await digests.soon(path);
    if (file === null) continue;
    const { digest, size } = file;
    facts.push({ path: relative(folder, path).replaceAll(sep, "/"), digest, size });
  }
  return facts.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** What stands for a result together with what is in its directory. */
export function withManifest(result: Digest, files: readonly FileFact[]): Digest {
  return digestBytes(JSON.stringify([result, files.map(({ path, digest }) => [path, digest])]));
}
