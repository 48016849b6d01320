/** What was built since records were last written: lines of JSON, each whole or, as the last one, cut off. */
import { appendFileSync, closeSync, openSync, readFileSync, writeSync } from "node:fs";
import type { TargetRecord } from "../freshness/record.ts";

/** An output on its way to its place; both are places of the project. */
export interface Move {
  readonly kind: "file" | "dir";
  readonly from: string;
  readonly to: string;
}

/** What is about to be published, and recorded then. */
export interface Intent {
  readonly record: TargetRecord;
  readonly moves: readonly Move[];
}

export type Line =
  | { readonly made: TargetRecord }
  | { readonly intent: Intent }
  /** It could not be published. */
  | { readonly dropped: string }
  /** In this folder outputs are made by a run, and may be left there. */
  | { readonly stage: string; readonly run: string }
  | { readonly forgotten: readonly string[] };

export function readLog(file: string): Line[] {
  const lines: Line[] = [];
  for (const text of readOrNothing(file).split("\n")) {
    try {
      if (text !== "") lines.push(JSON.parse(text) as Line);
    } catch {
      // Whoever wrote it was killed.
    }
  }
  return lines;
}

function readOrNothing(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

export class Log {
  private readonly file: string;
  private descriptor: number | null = null;

  constructor(file: string) {
    this.file = file;
  }

  write(line: Line): void {
    if (this.descriptor === null) {
      this.descriptor = openSync(this.file, "a");
      // So that a line that was cut off ends here.
      if (!/(^|\n)$/.test(readOrNothing(this.file))) appendFileSync(this.descriptor, "\n");
    }
    writeSync(this.descriptor, `${JSON.stringify(line)}\n`);
  }

  close(): void {
    if (this.descriptor !== null) closeSync(this.descriptor);
    this.descriptor = null;
  }
}
