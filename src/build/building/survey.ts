/** The first look at targets, before the run: which are fresh, left out, to be built, or cannot be told yet. */
import { shown } from "../../config/shown.ts";
import { OptionError } from "../../errors.ts";
import type { TargetOptions } from "../declare/types.ts";
import type { Facts } from "../facts/facts.ts";
import { judge, type Reason, type TargetFacts, type Verdict } from "../freshness/judge.ts";
import type { TargetNode } from "../graph/node.ts";

/** What is built whether it is fresh or not. */
export interface Forcing {
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

export function survey(node: TargetNode, facts: Facts, upstream: Upstream, forcing: Forcing): Found {
  const { graph } = facts;
  const needs = graph.needs[node.number]!;
  const skip = reasonToSkip(node);
  if (skip !== null) return { state: "skipped", why: skip };
  const behind = skippedFor(node, facts, upstream);
  if (behind !== null) return behind;
  let waits: number[] | null = null;
  for (const need of needs) {
    if (upstream.isSettled(need)) continue;
    waits ??= [];
    waits.push(need);
  }
  if (waits !== null) return { state: "waits", needs: waits };
  if (!forcing.forced(node) && facts.isUnchanged(node)) return { state: "fresh" };
  return verdictOf(node, facts, forcing);
}

/** What needs a target that is left out is left out too. */
export function skippedFor(
  { number }: TargetNode,
  { graph }: Facts,
  upstream: Pick<Upstream, "isSkipped">,
): Extract<Found, { state: "skipped" }> | null {
  const skipped = graph.needs[number]!.find(need => upstream.isSkipped(need));
  return skipped === undefined ? null : { state: "skipped", why: `${graph.nodes[skipped]!.name} is left out` };
}

export function verdictOf(
  node: TargetNode,
  facts: Facts,
  forcing: Forcing,
): Exclude<Found, { state: "waits" | "skipped" }> {
  const { records, code } = facts;
  const known = facts.of(node);
  const record = records.get(node.identity);
  // What it would return is not known from files.
  const isKnown = record !== undefined || (node.makes.length > 0 && !facts.graph.givesResult(node.target));
  const persist = node.target.options.persist === true && isKnown;
  const verdict: Verdict = judge(known, record, { forced: forcing.forced(node), persist });
  if (verdict.state === "fresh") return verdict;
  const reasons = verdict.reasons.map(reason =>
    reason.why === "code" ? { ...reason, changed: code.changes(record!.code, code.of(node.target.family)) } : reason,
  );
  return { state: verdict.state, facts: known, reasons };
}

function reasonToSkip({ name, target }: TargetNode): string | null {
  const { skip, skipIf } = target.options;
  const said = skip === undefined || skip === false ? asked(skipIf, name) : skip;
  if (said === undefined || said === false || said === "") return null;
  return said === true ? "it says so" : said;
}

/** @throws OptionError for what is no answer. */
function asked(skipIf: TargetOptions["skipIf"], name: string): boolean | string | undefined {
  const where = `target "${name}", skipIf`;
  const hint = "Let it return true, or a reason, to leave the target out, else false; it cannot be async.";
  let said: unknown;
  try {
    said = skipIf?.();
  } catch (error) {
    throw new OptionError({ where, problem: `it has thrown: ${(error as Error).message}`, hint }, { cause: error });
  }
  if (said === undefined || typeof said === "boolean" || typeof said === "string") return said;
  if (said instanceof Promise) said.catch(() => {});
  throw new OptionError({ where, problem: `it has returned ${shown(said)}`, hint });
}
