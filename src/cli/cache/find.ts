/** Finds entries by what users call them: a key, a call, a task. */
import { nearest } from "../../config/nearest.ts";
import { UsageError } from "../../errors.ts";
import { coarse, plural } from "../../report/format.ts";
import { oneLine } from "../../report/text.ts";
import type { Entry } from "../../store/entry.ts";
import type { Store } from "../../store/store.ts";
import { distinctKeys, keyTest, type Row, rowOf } from "./row.ts";

/** What a word can mean. */
export interface Meanings {
  readonly word: string;
  readonly keys: readonly Row[];
  readonly calls: readonly Row[];
  readonly tasks: readonly Row[];
}

/** Of the names that went by, for suggestions. */
const MOST_NAMES = 20_000;
const MOST_CANDIDATES = 20;

export class Finder {
  readonly #store: Store;
  readonly #names = new Set<string>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Goes through the store once, for all words together. */
  meanings(words: readonly string[]): Meanings[] {
    const wanted = words.map(word => ({ word, keys: [] as Row[], calls: [] as Row[], tasks: [] as Row[] }));
    const tests = words.map(keyTest);
    for (const entry of this.#candidates(words)) {
      const row = rowOf(entry);
      for (const [at, { word, keys, calls, tasks }] of wanted.entries()) {
        if (tests[at]?.(row.key) === true) keys.push(row);
        if (row.call === word) calls.push(row);
        if (row.task === word || row.identity === word) tasks.push(row);
      }
      this.#note(row);
    }
    return wanted;
  }

  /** The one entry that a word means; throws a `UsageError` where there is none or more. */
  one(word: string): Row {
    const [found] = this.meanings([word]);
    return this.only(word, unique([...found!.keys, ...found!.calls]));
  }

  /** The only one of `rows`; throws a `UsageError` that lists them where they are more. */
  only(word: string, rows: readonly Row[]): Row {
    const [row] = rows;
    if (row === undefined) throw this.nothing(word);
    if (rows.length === 1) return row;
    throw new UsageError({
      problem: `"${word}" can be any of ${plural(rows.length, "entry", "entries")}`,
      hint: listed(rows),
    });
  }

  nothing(word: string): Error {
    const near = nearest(word, [...this.#names]);
    return new UsageError({
      problem: `Nothing in the cache is called "${word}"`,
      hint: near === undefined ? "See what there is with heddle cache ls." : `Did you mean ${near}?`,
    });
  }

  /** A key that is nearly whole leads straight to its place. */
  #candidates(words: readonly string[]): Iterable<Entry> {
    const [word] = words;
    const direct = words.length === 1 && word !== undefined && /^[0-9a-f]{16}\.[0-9a-f]{4,40}(\.|$)/.test(word);
    if (!direct) return this.#store.entries();
    const whole = /^[0-9a-f]{16}\.[0-9a-f]{40}\./.test(word);
    return this.#store.find(whole ? word : word.split(".").slice(0, 2).join("."));
  }

  #note({ task, call }: Row): void {
    if (this.#names.size < MOST_NAMES) this.#names.add(task).add(call);
  }
}

/** The candidates, newest first, with keys that tell them apart. */
function listed(rows: readonly Row[]): string {
  const now = Date.now();
  const newest = [...rows].sort((a, b) => b.createdAt - a.createdAt).slice(0, MOST_CANDIDATES);
  const keys = distinctKeys(newest.map(row => row.key));
  const lines = newest.map(
    ({ call, createdAt }, at) => `${keys[at]}  ${oneLine(call)}, ${coarse(now - createdAt)} old`,
  );
  const more = rows.length - newest.length;
  return ["Give the key of one:", ...lines, ...(more > 0 ? [`and ${plural(more, "other")}`] : [])].join("\n");
}

export function unique(rows: readonly Row[]): Row[] {
  return [...new Map(rows.map(row => [row.key, row])).values()];
}
