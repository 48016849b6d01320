import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Makes a folder, and those around it. Node's own way to do so never returns where a file system makes none and says that
 * there is nothing, as `/proc` does.
 *
 * @throws Error as the system says it.
 */
export function makeFolder(path: string): void {
  try {
    makeOne(path);
  } catch (error) {
    const around = dirname(path);
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || around === path) throw error;
    makeFolder(around);
    makeOne(path);
  }
}

function makeOne(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === "EEXIST";
    if (!isThere || statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
  }
}
