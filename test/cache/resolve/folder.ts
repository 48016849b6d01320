import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import type { Memo } from "../../../src/store/entry.ts";

export type Files = Readonly<Record<string, string | object>>;

/** A folder of its own for a test, gone afterwards; files whose content is no text are JSON. */
export function folderWith(files: Files = {}): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "heddle-resolve-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  write(folder, files);
  return folder;
}

export function write(folder: string, files: Files): void {
  for (const [name, content] of Object.entries(files)) {
    const place = join(folder, name);
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, typeof content === "string" ? content : JSON.stringify(content));
  }
}

/** A link at `name` to another place in the folder. */
export function link(folder: string, name: string, to: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  symlinkSync(join(folder, to), join(folder, name));
}

/** Lets a file look as if it had been written at another time. */
export function touch(folder: string, name: string, at: Date): void {
  utimesSync(join(folder, name), at, at);
}

export class MapMemo implements Memo {
  readonly kept = new Map<string, unknown>();
  get(key: string): unknown {
    return structuredClone(this.kept.get(key));
  }
  put(key: string, value: unknown): void {
    this.kept.set(key, structuredClone(value));
  }
}
