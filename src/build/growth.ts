/** Targets that targets return: how they come into the graph. */
import { fileURLToPath } from "node:url";
import { GraphError, type GraphProblem } from "../errors.ts";
import { type MadeTarget, registry } from "./declare/registry.ts";
import { targetOf } from "./declare/target.ts";
import type { Facts } from "./facts.ts";
import type { Returned } from "./freshness/record.ts";
import { nodeOf } from "./graph/node.ts";
import type { Places } from "./graph/places.ts";
import { type Allowances, diskProblems, problemsOf } from "./graph/problems.ts";
import type { Selects } from "./select.ts";
import type { Made } from "./work/job.ts";

/** Adds them; gives the numbers of those that are new. Throws a `GraphError`, and adds none, if they do not fit in. */
export function grow(facts: Facts, returned: readonly Returned[], by: string, allowed: Allowances): readonly number[] {
  const { graph } = facts;
  const first = graph.nodes.length;
  const added = growing(() => graph.add(returned.map(each => find(each, by))));
  const nodes = added.map(number => graph.nodes[number]!);
  const problems = [...problemsOf(graph, allowed, nodes), ...readBefore(facts, first)];
  if (problems.length === 0) {
    for (const node of nodes) problems.push(...diskProblems(graph, node, path => facts.onDisk(path)));
  }
  if (problems.length === 0) return added;
  graph.remove(first);
  facts.dropped(first);
  throw new GraphError(problems);
}

/** Whether one of these is selected. Of those that cannot be made any more it is not known. */
export function selectsSome(returned: readonly Returned[], by: string, selected: Selects, places: Places): boolean {
  try {
    const targets = growing(() => returned.map(each => find(each, by)));
    return targets.some(target => selected(nodeOf(target, -1, places)));
  } catch {
    return true;
  }
}

function growing<T>(make: () => T): T {
  registry.growing = true;
  try {
    return make();
  } finally {
    registry.growing = false;
  }
}

function find({ family: identity, module, member, parameters }: Returned, by: string): MadeTarget {
  const family = registry.families.get(identity);
  const name = identity.slice(identity.lastIndexOf("#") + 1);
  if (family !== undefined && family.declare !== null) return targetOf(family, parameters);
  const plain = family?.made.get(member);
  if (plain !== undefined) return plain;
  throw new GraphError([
    {
      kind: "unknownTarget",
      says: `${by} has returned a target of ${name}, which no module has defined that was loaded (${module})`,
      hint: "Define it in a *.target.ts, or import its module at the top of one.",
      targets: [by, name],
      paths: [module],
    },
  ]);
}

/** Whoever reads what they make, and was there before, could not know whom to wait for. */
function readBefore({ graph }: Facts, first: number): GraphProblem[] {
  const problems: GraphProblem[] = [];
  if (graph.nodes.length === first) return problems;
  const made = new Map(
    graph.nodes.slice(first).flatMap(node => node.makes.map(make => [make.path, node.name] as const)),
  );
  for (const { reads, name } of graph.nodes.slice(0, first)) {
    for (const path of reads.flatMap(read => (read.kind === "file" ? read.paths : []))) {
      const maker = made.get(path);
      if (maker === undefined) continue;
      problems.push({
        kind: "madeTooLate",
        says: `${name} reads ${path}, which ${maker} makes, but that is known only when a target has returned it`,
        hint: `Let the same target return ${name} too, or take ${maker}.outputs as the input.`,
        targets: [name, maker],
        paths: [path],
      });
    }
  }
  return problems;
}

/** What a target has returned, to be recorded. */
export function recordable(returned: Made["returned"], places: Places): Returned[] {
  return returned.map(({ module, ...rest }) => ({
    ...rest,
    module: module === null ? "" : places.of(fileURLToPath(module)),
  }));
}
