/** Why a call is not in the cache, told from what is: pure functions over the entries of its task. */
import type { About, CallKey, CodePart, EntryFacts } from "../store/entry.ts";
import { codeChanges } from "./explain/changes.ts";
import { type InputChange, Inputs } from "./explain/inputs.ts";
import type { Reason } from "./reason.ts";

export { sayReason, sayReasons } from "./explain/say.ts";

/** A call that is to be explained. */
export interface Situation {
  readonly key: CallKey;
  readonly identity: string;
  readonly code: readonly CodePart[];
  readonly about: About;
  /** The options that count with the code, in words, such as `version, include`. */
  readonly options?: string;
}

/** An earlier result of the same task, with what is still known of how it came about. */
export interface Past {
  readonly entry: EntryFacts;
  readonly about: About | undefined;
  readonly code: readonly CodePart[] | undefined;
}

/** Calls of one parameter that are named. */
const MOST_SOURCES = 3;
/** Calls whose inputs are decoded to find the nearest: the latest of those that differ in the fewest parameters. */
const MOST_DECODED = 30;

/**
 * Why there is no entry for a call although there are earlier ones of its task: other code for the same inputs, other
 * inputs to the same code, or, where there is neither, both. Empty if there is an entry after all. What an entry may
 * lack besides (its time is over, a file changed) is not told here.
 */
export function explain(now: Situation, past: readonly Past[]): Reason[] {
  const mine = past.filter(({ entry }) => entry.identity === now.identity);
  if (mine.length === 0) return [{ why: "neverRun" }];
  if (mine.some(({ entry }) => entry.key === now.key)) return [];
  const { inputs, code } = partsOf(now.key);
  const sameInputs = mine.filter(({ entry }) => partsOf(entry.key).inputs === inputs);
  if (sameInputs.length > 0) return [codeReason(now, latest(sameInputs))];
  const sameCode = mine.filter(({ entry }) => partsOf(entry.key).code === code);
  if (sameCode.length > 0) return inputReasons(nearest(now, sameCode).changes);
  const { past: other, changes } = nearest(now, mine);
  return [codeReason(now, other), ...inputReasons(changes)];
}

function partsOf(key: CallKey): { inputs: string; code: string } {
  const [, inputs = "", code = ""] = key.split(".");
  return { inputs, code };
}

function latest(past: readonly Past[]): Past {
  return past.reduce((found, one) => (one.entry.createdAt > found.entry.createdAt ? one : found));
}

function codeReason(now: Situation, { code }: Past): Reason {
  if (code === undefined) return { why: "codeChanged", changes: [] };
  const changes = codeChanges(code, now.code);
  if (changes.length > 0) return { why: "codeChanged", changes };
  return { why: "optionChanged", option: now.options ?? "version, include or code" };
}

function inputReasons(changes: readonly InputChange[]): Reason[] {
  if (changes.length === 0) return [{ why: "inputChanged", parameter: "the inputs", paths: [] }];
  return changes.flatMap(({ parameter, paths, sources }): Reason[] => {
    if (sources.length === 0) return [{ why: "inputChanged", parameter, paths }];
    return sources.slice(0, MOST_SOURCES).map(call => ({ why: "upstreamChanged", parameter, call }));
  });
}

/** The call that differs in the fewest parameters, then in the fewest places in them; of equal ones the latest. */
function nearest(now: Situation, past: readonly Past[]): { past: Past; changes: readonly InputChange[] } {
  const inputs = new Inputs(now.about);
  let fewest = Number.POSITIVE_INFINITY;
  let candidates: Past[] = [];
  for (const one of past) {
    const count = one.about === undefined ? Number.MAX_SAFE_INTEGER : inputs.differing(one.about).length;
    if (count > fewest) continue;
    if (count < fewest) candidates = [];
    fewest = count;
    candidates.push(one);
  }
  candidates.sort((a, b) => b.entry.createdAt - a.entry.createdAt);
  let found: { past: Past; changes: readonly InputChange[] } = { past: candidates[0]!, changes: [] };
  let places = Number.POSITIVE_INFINITY;
  for (const one of candidates.slice(0, MOST_DECODED)) {
    if (one.about === undefined) break;
    const changes = inputs.changesSince(one.about);
    const count = changes.reduce((sum, { size }) => sum + size, 0);
    if (count >= places) continue;
    places = count;
    found = { past: one, changes };
  }
  return found;
}
