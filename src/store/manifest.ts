/** What is in the directory of a call when it has completed. */
import { readdir } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import type { FileFact } from "./entry.ts";
import type { FileDigests } from "./file-digests.ts";

/** The files below a folder, sorted by their paths in it, with `/`. Links count as the files they lead to. */
export async function takeManifest(folder: string, digests: FileDigests): Promise<readonly FileFact[]> {
  const facts: FileFact[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() && !entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    const file = await digests.soon(path);
    if (file === null) continue;
    const { digest, size } = file;
    facts.push({ path: relative(folder, path).replaceAll(sep, "/"), digest, size });
  }
  return facts.sort((a, b) => (a.path < b.path ? -1 : 1));
}
