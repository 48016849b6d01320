import { closeSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CallKey } from "../entry.ts";

/** One line: a process got keys, or gave them back. */
type Line = readonly [change: "+" | "-", member: string, keys: readonly CallKey[]];
export type Held = ReadonlyMap<string, readonly CallKey[]>;

/** In bytes: what may wait to be written, and from where on the file is worth writing anew. */
const PENDING = 64 * 1024;
const LONG = 1024 * 1024;

/**
 * What the arbiter granted to other processes, in a file that outlives it: its successor knows at once who holds what,
 * also from processes that are stopped and cannot say. Grants are in the file before they are sent. It need not be
 * flushed to disk, since nobody who holds anything survives a failure of power.
 */
export class Journal {
  readonly #path: string;
  #descriptor: number | null = null;
  #pending = "";
  #length = 0;
  #limit = LONG;

  constructor(folder: string, id: string) {
    this.#path = pathOf(folder, id);
  }

  granted(member: string, keys: readonly CallKey[]): void {
    this.#pending += line(["+", member, keys]);
  }

  /** Need not be in the file soon: who is alive says what it holds. */
  released(member: string, keys: readonly CallKey[]): void {
    this.#pending += line(["-", member, keys]);
    if (this.#pending.length > PENDING) this.flush();
  }

  /** Writes what is pending; true if the file has become so long that it should be written anew. */
  flush(): boolean {
    if (this.#pending === "") return false;
    const text = this.#pending;
    this.#pending = "";
    try {
      this.#descriptor ??= openSync(this.#path, "a");
      writeFileSync(this.#descriptor, text);
    } catch {
      // A full disk must not end a run: at worst a call is executed twice if this process is killed.
    }
    this.#length += text.length;
    return this.#length > this.#limit;
  }

  /** Replaces the file by one that says the same in fewer words. */
  restart(held: Held): void {
    this.flush();
    let text = "";
    for (const [member, keys] of held) text += line(["+", member, keys]);
    const fresh = `${this.#path}.new`;
    try {
      writeFileSync(fresh, text);
      renameSync(fresh, this.#path);
      this.close();
      this.#length = text.length;
    } catch {
      rmSync(fresh, { force: true });
    }
    this.#limit = LONG + 2 * this.#length;
  }

  close(): void {
    this.#pending = "";
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
  }
}

/** What the arbiter of this name had granted when it died. */
export function readJournal(folder: string, id: string): Held {
  const held = new Map<string, Set<CallKey>>();
  for (const text of readText(pathOf(folder, id)).split("\n")) {
    const entry = parse(text);
    if (entry === null) continue;
    const [change, member, keys] = entry;
    const before = held.get(member) ?? new Set();
    held.set(member, before);
    for (const key of keys) {
      if (change === "+") before.add(key);
      else before.delete(key);
    }
  }
  return new Map([...held].filter(([, keys]) => keys.size > 0).map(([member, keys]) => [member, [...keys]]));
}

export function removeJournal(folder: string, id: string): void {
  rmSync(pathOf(folder, id), { force: true });
  rmSync(`${pathOf(folder, id)}.new`, { force: true });
}

function pathOf(folder: string, id: string): string {
  return join(folder, `${id}.held`);
}

function line(entry: Line): string {
  return `${JSON.stringify(entry)}\n`;
}

/** Null for a line that was never written to its end: what it grants was not sent. */
function parse(text: string): Line | null {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return null;
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
