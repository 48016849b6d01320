/** Whether a target has to be built, and why: a decision from facts alone. */
import type { Making, Reading, TargetRecord } from "./record.ts";

/** What is known of a target now. A file that is not there has the mark `missing`. */
export interface TargetFacts {
  readonly code: string;
  readonly reads: readonly Reading[];
  readonly makes: readonly Omit<Making, "size">[];
}

export const MISSING = "missing";

/** Why a target has to be built. */
export type Reason =
  /** It never was, or nothing is known of it. */
  | { readonly why: "never" }
  | { readonly why: "forced" }
  /** `changed` are the declarations, with their files, where they are known. */
  | { readonly why: "code"; readonly changed: readonly string[] }
  | {
      readonly why: "input";
      readonly at: string;
      /** Null for a value, or a result. */
      readonly path: string | null;
      readonly change: "changed" | "added" | "gone";
    }
  | { readonly why: "output"; readonly at: string; readonly path: string; readonly change: "changed" | "missing" }
  /** Targets that it has returned cannot be made any more. */
  | { readonly why: "returned"; readonly problem: string }
  /** It depends on targets that have to be built, and on what they give. Only of what was not executed. */
  | { readonly why: "upstream"; readonly targets: readonly string[] };

export type Verdict =
  | { readonly state: "fresh" }
  /** Something has changed, but it is to be taken as it is. */
  | { readonly state: "persisted"; readonly reasons: readonly Reason[] }
  | { readonly state: "run"; readonly reasons: readonly Reason[] };

export interface Terms {
  readonly forced: boolean;
  readonly persist: boolean;
}

export function judge(facts: TargetFacts, record: TargetRecord | undefined, terms: Terms): Verdict {
  if (terms.forced) return { state: "run", reasons: [{ why: "forced" }] };
  const reasons = record === undefined ? [{ why: "never" } as const] : changesOf(facts, record);
  if (reasons.length === 0) return { state: "fresh" };
  const whole = [...facts.reads, ...facts.makes].every(each => ("mark" in each ? each.mark : each.digest) !== MISSING);
  return terms.persist && whole ? { state: "persisted", reasons } : { state: "run", reasons };
}

function changesOf(facts: TargetFacts, record: TargetRecord): Reason[] {
  const reasons: Reason[] = facts.code === record.code ? [] : [{ why: "code", changed: [] }];
  const before = new Map(record.reads.map(each => [keyOf(each), each]));
  for (const each of facts.reads) {
    const known = before.get(keyOf(each));
    before.delete(keyOf(each));
    if (known?.mark === each.mark) continue;
    const change = known === undefined ? "added" : each.mark === MISSING ? "gone" : "changed";
    reasons.push({ why: "input", at: each.at, path: each.path, change });
  }
  for (const { at, path } of before.values()) reasons.push({ why: "input", at, path, change: "gone" });
  const made = new Map(record.makes.map(each => [keyOf(each), each.digest]));
  for (const { at, path, digest } of facts.makes) {
    const known = made.get(keyOf({ at, path }));
    if (digest === MISSING) reasons.push({ why: "output", at, path, change: "missing" });
    else if (known !== digest) reasons.push({ why: "output", at, path, change: "changed" });
  }
  return reasons;
}

function keyOf({ at, path }: { readonly at: string; readonly path: string | null }): string {
  return path === null ? at : `${at}\0${path}`;
}
