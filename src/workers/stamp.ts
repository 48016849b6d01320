import type { Stats } from "node:fs";

/** Two looks at one file on a disk that both machines see agree in this; a copy of it has another one. */
export function stampOf({ ino, mtimeMs, size }: Stats): string {
  return `${ino} ${Math.floor(mtimeMs)} ${size}`;
}
