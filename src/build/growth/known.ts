import type { Facts } from "../facts/facts.ts";
import type { Allowances } from "../graph/problems.ts";
import { grow } from "./grow.ts";

/** Adds to the graph what targets returned when they were last built, as far as that can still be made. */
export function growKnown(facts: Facts, allowed: Allowances): void {
  const { graph, records } = facts;
  for (const node of graph.nodes) {
    const returned = records.get(node.identity)?.returned ?? [];
    for (const [at] of returned.entries()) {
      try {
        grow(facts, returned.slice(0, at + 1), node, allowed);
      } catch {
        // A build will say what is wrong, when it has to run whoever returned it.
      }
    }
  }
}
