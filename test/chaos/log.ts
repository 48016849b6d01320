/** What the tasks of a round have taken down. */
import { readFileSync } from "node:fs";

export type Turn = "start" | "pause" | "resume" | "released" | "alive" | "stops" | "dies" | "done" | "failed";

export interface Line {
  readonly run: number;
  /** The attempt: no other has this name. */
  readonly who: string;
  readonly turn: Turn;
  readonly id: string;
  readonly attempt?: number;
  readonly act?: string | null;
  readonly labels?: Readonly<Record<string, number>>;
  readonly hold?: readonly string[];
  readonly direct?: boolean;
}

export function readLog(path: string): Line[] {
  return linesIn(path).map(line => JSON.parse(line) as Line);
}

/** The whole lines of a file that may still be written to. */
export function linesIn(path: string): string[] {
  try {
    return readFileSync(path, "utf8").split("\n").slice(0, -1);
  } catch {
    return [];
  }
}
