import type { Facts } from "../facts/facts.ts";
import type { Returned } from "../freshness/record.ts";
import type { TargetNode } from "../graph/node.ts";
import type { Allowances } from "../graph/problems.ts";
import { grow } from "./grow.ts";
import { remade } from "./returned.ts";

/** Adds to the graph what targets returned when they were last built, as far as that can still be made. */
export function growKnown(facts: Facts, allowed: Allowances): void {
  const { graph, records } = facts;
  for (const node of graph.nodes) {
    const returned = records.get(node.identity)?.returned.filter(each => canBeMade(each, node)) ?? [];
    if (returned.length > 0) growMost(facts, [], returned, node, allowed);
  }
}

function canBeMade(returned: Returned, by: TargetNode): boolean {
  try {
    remade(returned, by.name);
    return true;
  } catch {
    // A build will say what is wrong, when it has to run whoever returned it.
    return false;
  }
}

/** Adds all of these that fit in, to such as do; gives both. */
function growMost(
  facts: Facts,
  fitting: readonly Returned[],
  more: readonly Returned[],
  by: TargetNode,
  allowed: Allowances,
): readonly Returned[] {
  try {
    grow(facts, [...fitting, ...more], by, allowed);
    return [...fitting, ...more];
  } catch {
    if (more.length === 1) return fitting;
  }
  const half = more.length >> 1;
  const first = growMost(facts, fitting, more.slice(0, half), by, allowed);
  return growMost(facts, first, more.slice(half), by, allowed);
}
