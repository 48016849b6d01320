/** Small facts about code, kept in one file, of which only what is asked for is decoded. */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import type { Memo } from "../../store/entry.ts";

/** Beyond so many characters, what was not used for long goes. */
const MOST = 64 * 1024 * 1024;

export class FileMemo implements Memo {
  private readonly file: string;
  private texts: Map<string, string> | null = null;
  private readonly used = new Set<string>();
  private changed = false;

  constructor(file: string) {
    this.file = file;
  }

  get(key: string): unknown {
    const text = this.known.get(key);
    if (text === undefined) return undefined;
    this.used.add(key);
    try {
      return JSON.parse(text);
    } catch {
      return undefined;
    }
  }

  put(key: string, value: unknown): void {
    const text = JSON.stringify(value);
    this.used.add(key);
    if (this.known.get(key) === text) return;
    this.known.set(key, text);
    this.changed = true;
  }

  save(): void {
    if (!this.changed) return;
    this.changed = false;
    let entries = [...this.known];
    if (entries.reduce((sum, [key, text]) => sum + key.length + text.length, 0) > MOST) {
      entries = entries.filter(([key]) => this.used.has(key));
    }
    const draft = `${this.file}.${process.pid}`;
    writeFileSync(draft, entries.map(([key, text]) => `${JSON.stringify(key)}\t${text}\n`).join(""));
    renameSync(draft, this.file);
  }

  private get known(): Map<string, string> {
    this.texts ??= read(this.file);
    return this.texts;
  }
}

function read(file: string): Map<string, string> {
  const texts = new Map<string, string>();
  try {
    for (const line of readFileSync(file, "utf8").split("\n")) {
      const tab = line.indexOf("\t");
      if (tab > 0) texts.set(JSON.parse(line.slice(0, tab)) as string, line.slice(tab + 1));
    }
  } catch {
    // What is not there, or is no such file, can be worked out again.
  }
  return texts;
}
