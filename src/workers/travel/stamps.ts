/** What is said of the files that the inputs of a call name: enough to see whether they are the same on another machine. */
import { type Stats, statSync } from "node:fs";
import { filesIn, type PackedFile } from "../../codec/file-table.ts";
import { valuesWithFiles } from "../../codec/wire.ts";
import { FILES } from "../protocol.ts";

/** Two looks at one file on a disk that both machines see agree in this; a copy of it has another one. */
export function stampOf({ ino, mtimeMs, size }: Stats): string {
  return `${ino} ${Math.floor(mtimeMs)} ${size}`;
}

/** What the file at a path looks like; empty where there is none, or none that this process may look at. */
export function stampAt(path: string): string {
  try {
    return stampOf(statSync(path));
  } catch {
    return "";
  }
}

/** Says it behind the call that begins at `from`; gives the files, each as often as values name it. */
export function writeStamps(wire: unknown[], from: number): readonly PackedFile[] {
  const files: PackedFile[] = [];
  for (const [, packed] of valuesWithFiles(wire, from)) files.push(...filesIn(packed));
  if (files.length === 0) return [];
  const paths = new Set(files.map(({ path }) => path));
  wire.push(FILES, paths.size);
  for (const path of paths) wire.push(path, stampAt(path));
  return files;
}

/** How many entries they are, if they begin at this place of a message. */
export function lengthOfStamps(wire: readonly unknown[], at: number): number {
  return wire[at] === FILES ? 2 + 2 * (wire[at + 1] as number) : 0;
}

/** By path. */
export function readStamps(wire: readonly unknown[], at: number): ReadonlyMap<string, string> {
  const stamps = new Map<string, string>();
  const end = at + lengthOfStamps(wire, at);
  for (let i = at + 2; i < end; i += 2) stamps.set(wire[i] as string, wire[i + 1] as string);
  return stamps;
}
