/** What a build would do, without doing it. */
import type { SettledState } from "../events/event.ts";
import { type Forcing, type Found, survey, type Upstream, verdictOf } from "./building/survey.ts";
import type { Facts } from "./facts/facts.ts";
import type { Reason } from "./freshness/judge.ts";
import type { TargetNode } from "./graph/node.ts";
import type { Allowances } from "./graph/problems.ts";
import { cannotReturn, grown } from "./growth/grow.ts";
import type { Project } from "./start.ts";

/**
 * - `run`: it would be built.
 * - `mayRun`: what it needs would be built; if that gives what it has given before, it would not be.
 */
export type PlannedState = SettledState | "run" | "mayRun";

export interface PlannedTarget {
  readonly node: TargetNode;
  readonly state: PlannedState;
  readonly reasons: readonly Reason[];
  /** Why it would be left out, if it would be. */
  readonly skipped: string | null;
}

/** All that are to be built, and what they have returned, each behind what it needs. */
export function planBuild({ facts, numbers, selected }: Project, wishes: Forcing & Allowances): PlannedTarget[] {
  const { graph } = facts;
  const plan = new Map<number, PlannedTarget>();
  const upstream: Upstream = {
    isSettled: number => isSettled(plan.get(number)),
    isSkipped: number => plan.get(number)?.state === "skipped",
  };
  const wanted = new Set(numbers);
  const open = [...graph.orderOf(numbers)];
  for (const number of open) {
    if (plan.has(number)) continue;
    if (graph.needs[number]!.some(need => wanted.has(need) && !plan.has(need))) {
      // It has come to need what was returned since.
      open.push(number);
      continue;
    }
    const node = graph.nodes[number]!;
    const found = survey(node, facts, upstream, wishes);
    const planned = found.state === "waits" ? waiting(node, found.needs, facts, wishes) : settled(node, found);
    plan.set(number, planned);
    if (!isSettled(planned)) continue;
    const returned = facts.records.get(node.identity)?.returned ?? [];
    try {
      const { numbers: more } = grown(node, returned, facts, { ...wishes, selected }, each => wanted.has(each));
      for (const each of more) wanted.add(each);
      open.push(...graph.orderOf(more.filter(each => !plan.has(each))));
    } catch (error) {
      plan.set(number, { ...planned, state: "run", reasons: [cannotReturn(error as Error)] });
    }
  }
  return [...plan.values()];
}

function isSettled(planned: PlannedTarget | undefined): boolean {
  return planned?.state === "fresh" || planned?.state === "persisted";
}

function settled(node: TargetNode, found: Exclude<Found, { state: "waits" }>): PlannedTarget {
  const reasons = "reasons" in found ? found.reasons : [];
  return { node, state: found.state, reasons, skipped: found.state === "skipped" ? found.why : null };
}

/** Of what needs something that would be built: what can be told of it all the same. */
function waiting(node: TargetNode, needs: readonly number[], facts: Facts, wishes: Forcing): PlannedTarget {
  const { graph } = facts;
  const open = new Set(needs);
  const unsure = new Set(
    node.reads.filter(read => graph.makersOf(read).some(maker => open.has(maker))).map(({ at }) => at),
  );
  const verdict = verdictOf(node, facts, wishes);
  const own =
    verdict.state === "run" ? verdict.reasons.filter(each => each.why !== "input" || !unsure.has(each.at)) : [];
  const upstream: Reason = { why: "upstream", targets: needs.map(need => graph.nodes[need]!.name) };
  return { node, state: own.length > 0 ? "run" : "mayRun", reasons: [...own, upstream], skipped: null };
}
