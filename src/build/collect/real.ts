import { realpathSync } from "node:fs";

/** A path without links; of what is not there, the path itself. */
export function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
