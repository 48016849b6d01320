import { isAbsolute, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { home } from "../platform.ts";
import { clean } from "./text.ts";

/** Where a stack is read: paths below `cwd` are shown relative to it, frames below `internal` are dropped. */
export interface StackPlace {
  readonly cwd: string;
  /** heddle's own folder. */
  readonly internal: string;
}

export function stackPlace(cwd = process.cwd()): StackPlace {
  return { cwd, internal: fileURLToPath(home) };
}

/** The user's frames of a stack, such as `at score (src/score.ts:12:9)`: none of heddle's, Node's or the loader's. */
export function userFrames(stack: string | undefined, place: StackPlace, most: number): string[] {
  const frames: string[] = [];
  for (const line of clean(stack ?? "").split("\n")) {
    const frame = frameOf(line, place);
    if (frame !== undefined && frames.push(frame) === most) break;
  }
  return frames;
}

/** The loader, and another copy of heddle. */
const ASIDE = [join("node_modules", "tsx"), join("node_modules", "heddle", "dist")].map(folder => sep + folder + sep);

function frameOf(line: string, { cwd, internal }: StackPlace): string | undefined {
  const match = /^\s+at (?:async )?(?:(?<name>.+?) \()?(?<file>[^()]+?)(?<position>:\d+:\d+)\)?$/.exec(line);
  const { name, file, position } = match?.groups ?? {};
  if (file === undefined || file.startsWith("node:")) return undefined;
  const path = pathOf(file);
  if (!isAbsolute(path)) return undefined;
  if (path.startsWith(internal) || ASIDE.some(folder => path.includes(folder))) return undefined;
  const below = relative(cwd, path);
  const shown = below.startsWith("..") || isAbsolute(below) ? path : below;
  return name === undefined ? `at ${shown}${position}` : `at ${name} (${shown}${position})`;
}

function pathOf(file: string): string {
  if (!file.startsWith("file:")) return file;
  try {
    return fileURLToPath(file.replace(/\?.*$/, ""));
  } catch {
    return file;
  }
}
