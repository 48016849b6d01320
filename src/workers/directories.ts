/** The directories of calls, where they are made: on the side of the worker, when a task asks for its own. */
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";

/** File systems take names of 255 bytes; a letter can be four. */
const LONGEST_NAME = 40;

/** The place for the directory of an attempt that has none of its own. */
export function placeIn(folder: string, task: string, call: number, attempt: number): string {
  return join(folder, `${task.replace(/[^\p{L}\p{N}_.-]/gu, "_").slice(0, LONGEST_NAME)}-${call}-${attempt}`);
}

/**
 * Makes a directory that is empty, as nobody has had it: where an earlier attempt has left something behind, which may
 * still be at work there, a number is put behind the name. Gives its path.
 *
 * @throws The system's error if none can be made.
 */
export function makeDirectory(place: string): string {
  mkdirSync(dirname(place), { recursive: true });
  for (let number = 1; ; number++) {
    const path = number === 1 ? place : `${place}.${number}`;
    try {
      mkdirSync(path);
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}

/** Whether a directory was made for this place. */
export function isAt(path: string, place: string): boolean {
  return path === place || (path.startsWith(`${place}.`) && /^\d+$/.test(path.slice(place.length + 1)));
}
