/** Files that travel with a call, where its worker has another disk. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, sep } from "node:path";
import type { Carriage, CarriedFile, MadeOutput } from "./job.ts";

/** Puts files into a new folder, as they lie in the project, and says where each path of there is here. */
export function unpackCarriage({ root, files }: Carriage): {
  readonly base: string;
  readonly localOf: (path: string) => string;
} {
  const base = mkdtempSync(join(tmpdir(), "heddle-target-"));
  const localOf = (path: string) =>
    path.startsWith(root + sep) ? join(base, "project", path.slice(root.length)) : join(base, "elsewhere", path);
  for (const file of files) putDown(file, localOf(file.path));
  return { base, localOf };
}

/** What was made, to travel back. */
export function carriedBack(outputs: readonly MadeOutput[]): CarriedFile[] {
  return outputs.flatMap(({ from, files }) => {
    const paths = files === null ? [from] : files.map(([path]) => join(from, path));
    return paths.map(carriedFile);
  });
}

/** @param path Absolute. */
export function carriedFile(path: string): CarriedFile {
  return { path, bytes: new Uint8Array(readFileSync(path)), mode: statSync(path).mode & 0o777 };
}

/** Writes it as it was where it comes from. */
export function putDown({ bytes, mode }: CarriedFile, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  chmodSync(path, mode);
}
