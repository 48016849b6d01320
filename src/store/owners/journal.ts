import { closeSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CallKey } from "../entry.ts";
import type { Stake } from "./allotments.ts";

/** One line: a process got keys, or gave them back; or how it stands with shared limits. */
type Line =
  | readonly [change: "+" | "-", member: string, keys: readonly CallKey[]]
  | readonly [change: "=", member: string, stake: Stake];
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

  staked(member: string, stake: Stake): void {
    this.#pending += line(["=", member, stake]);
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
  restart(held: Held, stakes: ReadonlyMap<string, Stake> = new Map()): void {
    this.flush();
    let text = "";
    for (const [member, keys] of held) text += line(["+", member, keys]);
    for (const [member, stake] of stakes) text += line(["=", member, stake]);
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
  for (const entry of linesOf(folder, id)) {
    if (entry[0] === "=") continue;
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

/** How the other processes stood with shared limits when the arbiter of this name died. */
export function readStakes(folder: string, id: string): ReadonlyMap<string, Stake> {
  const stakes = new Map<string, Stake>();
  for (const entry of linesOf(folder, id)) if (entry[0] === "=") stakes.set(entry[1], entry[2]);
  return new Map([...stakes].filter(([, { limits, held }]) => limits.length + held.length > 0));
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

function linesOf(folder: string, id: string): Line[] {
  return readText(pathOf(folder, id))
    .split("\n")
    .map(parse)
    .filter(entry => entry !== null);
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
