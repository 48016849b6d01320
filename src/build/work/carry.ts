/** Files that travel with a call, where its worker has another disk. */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, sep } from "node:path";
import type { Carriage, CarriedFile, MadeOutput } from "./job.ts";

/** Puts files into a new folder, as they lie in the project, and says where each path of there is here. */
export function unpackCarriage({ root, files }: Carriage): {
  readonly base: string;
  readonly placeOf: (path: string) => string;
} {
  const base = mkdtempSync(join(tmpdir(), "heddle-target-"));
  const placeOf = (path: string) =>
    path.startsWith(root + sep) ? join(base, "project", path.slice(root.length)) : join(base, "elsewhere", path);
  for (const { path, bytes } of files) {
    mkdirSync(dirname(placeOf(path)), { recursive: true });
    writeFileSync(placeOf(path), bytes);
  }
  return { base, placeOf };
}

/** What was made, to travel back. */
export function carriedBack(outputs: readonly MadeOutput[]): CarriedFile[] {
  return outputs.flatMap(({ from, files }) => {
    const paths = files === null ? [from] : files.map(([path]) => join(from, path));
    return paths.map(path => ({ path, bytes: readFileSync(path) }));
  });
}
