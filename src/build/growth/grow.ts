/** Targets that targets return: how they come into the graph. */
import { fileURLToPath } from "node:url";
import { GraphError, type GraphProblem } from "../../errors.ts";
import { type MadeTarget, registry } from "../declare/registry.ts";
import { targetOf } from "../declare/target.ts";
import type { Parameter } from "../declare/types.ts";
import type { Facts } from "../facts/facts.ts";
import type { Reason } from "../freshness/judge.ts";
import type { KeptParameter, Returned } from "../freshness/record.ts";
import type { Growth, TargetGraph } from "../graph/graph.ts";
import { nodeOf, type TargetNode } from "../graph/node.ts";
import type { Places } from "../graph/places.ts";
import { type Allowances, problemsOf } from "../graph/problems.ts";
import type { Selects } from "../selection/select.ts";
import type { Made } from "../work/job.ts";

/** Adds them. Throws a `GraphError`, and adds none, if they do not fit in. */
export function grow(facts: Facts, returned: readonly Returned[], by: TargetNode, allowed: Allowances): Growth {
  const { graph } = facts;
  const first = graph.nodes.length;
  const growth = growing(() =>
    graph.grow(
      returned.map(each => find(each, by.name)),
      by.number,
    ),
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
 * What comes into a build when a target has returned others: all of them if it was selected itself, else those that are;
 * and what targets of the build need of it.
 *
 * @throws GraphError
 */
export function grown(
  node: TargetNode,
  returned: readonly Returned[],
  facts: Facts,
  wishes: Allowances & { readonly selected: Selects },
  isWanted: (number: number) => boolean,
): Grown {
  if (returned.length === 0) return NOTHING;
  const { graph } = facts;
  const { numbers, late } = grow(facts, returned, node, wishes);
  const all = wishes.selected(node);
  const chosen = numbers.filter(number => all || wishes.selected(graph.nodes[number]!));
  const wanted = new Map([...late].filter(([number]) => isWanted(number)));
  return { numbers: [...graph.withAncestors([...chosen, ...[...wanted.values()].flat()])], late: wanted };
}

/** Why a target has to run that has returned what cannot be made any more. */
export function cannotReturn(error: Error): Reason {
  return { why: "returned", problem: error.message.split("\n", 1)[0]! };
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
  if (family !== undefined && family.declare !== null) return targetOf(family, parameters.map(unkept));
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

/** What a target has returned, to be recorded. */
export function recordable(returned: Made["returned"], places: Places): Returned[] {
  return returned.map(({ module, parameters, ...rest }) => ({
    ...rest,
    parameters: parameters.map(kept),
    module: module === null ? "" : places.of(fileURLToPath(module)),
  }));
}

const UNWRITABLE = [undefined, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0] as const;

function kept(parameter: Parameter): KeptParameter {
  const is = UNWRITABLE.findIndex(each => Object.is(each, parameter));
  return is < 0 ? (parameter as Exclude<Parameter, undefined>) : { is };
}

function unkept(parameter: KeptParameter): Parameter {
  return typeof parameter === "object" && parameter !== null ? UNWRITABLE[parameter.is] : parameter;
}
