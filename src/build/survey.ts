/** The first look at targets, before the run: which are fresh, left out, to be built, or cannot be told yet. */
import type { Facts } from "./facts.ts";
import { judge, type Reason, type TargetFacts, type Verdict } from "./freshness/judge.ts";
import type { TargetNode } from "./graph/node.ts";

/** What users wish of targets in a build. */
export interface Wishes {
  /** Build these although nothing has changed. */
  readonly forced: (node: TargetNode) => boolean;
}

export type Found =
  | { readonly state: "fresh" }
  | { readonly state: "persisted"; readonly facts: TargetFacts; readonly reasons: readonly Reason[] }
  | { readonly state: "skipped"; readonly why: string }
  /** Its upstream is not fresh: these are the targets in question. */
  | { readonly state: "waits"; readonly needs: readonly number[] }
  | { readonly state: "run"; readonly facts: TargetFacts; readonly reasons: readonly Reason[] };

/** What is known of the targets that a target needs, which have been looked at before. */
export interface Upstream {
  isSettled(number: number): boolean;
  isSkipped(number: number): boolean;
}

export function survey(node: TargetNode, facts: Facts, upstream: Upstream, wishes: Wishes): Found {
  const { graph } = facts;
  const needs = graph.needs[node.number]!;
  const skip = reasonToSkip(node);
  if (skip !== null) return { state: "skipped", why: skip };
  let waits: number[] | null = null;
  for (const need of needs) {
    if (upstream.isSkipped(need)) return { state: "skipped", why: `${graph.nodes[need]!.name} is left out` };
    if (upstream.isSettled(need)) continue;
    waits ??= [];
    waits.push(need);
  }
  if (waits !== null) return { state: "waits", needs: waits };
  if (!wishes.forced(node) && facts.isUnchanged(node)) return { state: "fresh" };
  return verdictOf(node, facts, wishes);
}

export function verdictOf(
  node: TargetNode,
  facts: Facts,
  wishes: Wishes,
): Exclude<Found, { state: "waits" | "skipped" }> {
  const { records, code } = facts;
  const known = facts.of(node);
  const record = records.get(node.identity);
  const persist = node.target.options.persist === true;
  const verdict: Verdict = judge(known, record, { forced: wishes.forced(node), persist });
  if (verdict.state === "fresh") return verdict;
  const reasons = verdict.reasons.map(reason =>
    reason.why === "code" ? { ...reason, changed: code.changes(record!.code, code.of(node.target.family)) } : reason,
  );
  return { state: verdict.state, facts: known, reasons };
}

function reasonToSkip({ target }: TargetNode): string | null {
  const { skip, skipIf } = target.options;
  const said = skip === undefined || skip === false ? skipIf?.() : skip;
  if (said === undefined || said === false || said === "") return null;
  return said === true ? "it says so" : said;
}
