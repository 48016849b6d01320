import type { Facts } from "./facts.ts";
import type { Allowances } from "./graph/problems.ts";
import { grow } from "./growth.ts";

/** Adds to the graph what targets returned when they were last built, as far as that can still be made. */
export function growKnown(facts: Facts, allowed: Allowances): void {
  const { graph, records } = facts;
  for (const { identity, name } of graph.nodes) {
    const returned = records.get(identity)?.returned ?? [];
    for (const each of returned) {
      try {
        grow(facts, [each], name, allowed);
      } catch {
        // A build will say what is wrong, when it has to run whoever returned it.
      }
    }
  }
}
