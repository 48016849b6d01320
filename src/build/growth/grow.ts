/** Targets that targets return: how they come into the graph. */
import { GraphError, type GraphProblem } from "../../errors.ts";
import type { Facts } from "../facts/facts.ts";
import type { Reason } from "../freshness/judge.ts";
import type { Returned } from "../freshness/record.ts";
import type { Growth, TargetGraph } from "../graph/graph.ts";
import type { TargetNode } from "../graph/node.ts";
import { type Allowances, problemsOf } from "../graph/problems.ts";
import type { Chosen } from "./chosen.ts";
import { remade } from "./returned.ts";

/** Adds them. Throws a `GraphError`, and adds none, if they do not fit in. */
export function grow(facts: Facts, returned: readonly Returned[], by: TargetNode, allowed: Allowances): Growth {
  const { graph } = facts;
  const first = graph.nodes.length;
  const growth = graph.grow(
    returned.map(each => remade(each, by.name)),
    by.number,
  );
  const nodes = growth.added.map(number => graph.nodes[number]!);
  const problems = [...problemsOf(graph, allowed, nodes), ...madeTooLate(graph, growth, by)];
  if (problems.length === 0) problems.push(...facts.problemsOf(nodes));
  if (problems.length === 0) return growth;
  growth.takeBack();
  facts.dropped(first);
  throw new GraphError(problems);
}

export interface Grown {
  /** What is to be built besides, with all that it needs; some of it may have been before. */
  readonly numbers: readonly number[];
  /** By targets of the build: what they need besides. */
  readonly late: Growth["late"];
}

const NOTHING: Grown = { numbers: [], late: new Map() };

/**
 * What comes into a build when a target has returned others: all of them if it was selected itself, or returned by such,
 * else those that are chosen; and what targets of the build need of it.
 *
 * @throws GraphError
 */
export function grown(
  node: TargetNode,
  returned: readonly Returned[],
  facts: Facts,
  wishes: Allowances & { readonly chosen: Chosen },
  isWanted: (number: number) => boolean,
): Grown {
  if (returned.length === 0) return NOTHING;
  const { graph } = facts;
  const { numbers, late } = grow(facts, returned, node, wishes);
  const chosen = wishes.chosen.among(numbers, node);
  const wanted = new Map([...late].filter(([number]) => isWanted(number)));
  return { numbers: [...graph.withAncestors([...chosen, ...[...wanted.values()].flat()])], late: wanted };
}

/** Why a target has to run that has returned what cannot be made any more. */
export function cannotReturn(error: Error): Reason {
  return { why: "returned", problem: error.message.split("\n", 1)[0]! };
}

/** Whoever needs what was returned, and does not come after the target that has, may have been built before. */
function madeTooLate(graph: TargetGraph, { late }: Growth, by: TargetNode): GraphProblem[] {
  return [...late].flatMap(([number, needs]): GraphProblem[] => {
    if (graph.withAncestors([number]).has(by.number)) return [];
    const { name } = graph.nodes[number]!;
    const maker = graph.nodes[needs[0]!]!;
    const paths = maker.makes.map(({ path }) => path);
    return [
      {
        kind: "madeTooLate",
        says: `${name} reads what ${maker.name} makes (${paths.join(", ")}), but that is known only when ${by.name} has returned it`,
        hint: `Let ${name} come after it, with after: [${by.target.family.definition.name}], or be returned too.`,
        targets: [name, maker.name],
        paths,
      },
    ];
  });
}
