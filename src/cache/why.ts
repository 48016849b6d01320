import type { About } from "../store/entry.ts";
import { explain, type Past } from "./explain.ts";
import type { Reason } from "./reason.ts";
import type { KeyMaker, ResultCache } from "./results.ts";

/** Entries of the same task that an explanation looks at: the latest ones. */
const MOST_PAST = 500;

/** Why there is no entry of this key, told from the entries that there are; those written after `before` aside. */
export function explainMiss(
  cache: ResultCache,
  key: string,
  maker: KeyMaker,
  about: About,
  before = Number.POSITIVE_INFINITY,
): Reason[] {
  const { identity } = maker.definition;
  const { parts } = maker.code;
  return explain({ key, identity, code: parts, about }, pastOf(cache, maker.task, key, before));
}

/** The entries of a task, the latest first, with what is known of them. */
export function pastOf({ store }: Pick<ResultCache, "store">, task: string, key: string, before: number): Past[] {
  const entries = [...store.entriesOf(task)].filter(entry => entry.createdAt < before && entry.key !== key);
  entries.sort((a, b) => b.createdAt - a.createdAt);
  return entries.slice(0, MOST_PAST).map(entry => ({
    entry,
    get about() {
      return store.about(entry.key);
    },
    get code() {
      return store.codes(entry.key.slice(entry.key.lastIndexOf(".") + 1));
    },
  }));
}
