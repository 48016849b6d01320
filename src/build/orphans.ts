import type { Facts } from "./facts.ts";
import type { TargetRecord } from "./freshness/record.ts";

/** Outputs of earlier builds that no target makes any more, and that are still there. */
export function orphansOf({ graph, records }: Facts): string[] {
  const orphans: string[] = [];
  for (const { identity, makes } of goneFrom({ graph, records })) {
    for (const { path } of makes) {
      if (graph.makerOf(path) === undefined && records.files.at(path).is !== "nothing") orphans.push(path);
    }
    if (makes.length === 0) records.forget([identity]);
  }
  return orphans.sort((a, b) => (a < b ? -1 : 1));
}

/** The records of targets that are gone. */
export function orphanRecords(facts: Pick<Facts, "graph" | "records">): TargetRecord[] {
  return [...goneFrom(facts)];
}

function* goneFrom({ graph, records }: Pick<Facts, "graph" | "records">) {
  // Most records lie in the order of the graph, which saves to look for their targets.
  let next = 0;
  for (const identity of records.identities()) {
    if (graph.nodes[next]?.identity === identity) {
      next += 1;
      continue;
    }
    if (graph.named(identity) !== undefined) continue;
    const record = records.get(identity);
    if (record !== undefined) yield record;
  }
}
