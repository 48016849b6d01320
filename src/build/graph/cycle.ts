import type { GraphProblem } from "../../errors.ts";
import type { TargetGraph } from "./graph.ts";

/** Steps of a cycle that are told in full. */
const SHOWN = 8;

/** One cycle of a graph that has some. `order` are the nodes that can be put in an order. */
export function cycleIn(graph: TargetGraph, order: readonly number[]): GraphProblem {
  const path = shortest(graph, onCycle(graph, new Set(order)));
  const steps = path.map((number, at) => step(graph, number, path[(at + 1) % path.length]!));
  const shown = steps.slice(0, steps.length > SHOWN ? 3 : SHOWN).map(each => each.says);
  if (steps.length > shown.length) shown.push(`and so on, ${steps.length - shown.length} more`);
  return {
    kind: "cycle",
    says: `Targets wait for one another in a circle: ${shown.join("; ")}`,
    hint: "Take one of these inputs away, or split a target in two.",
    targets: path.map(number => graph.nodes[number]!.name),
    paths: steps.flatMap(each => each.paths),
  };
}

/** Who cannot be put in an order needs somebody who cannot either, and so on, until one comes again. */
function onCycle(graph: TargetGraph, order: ReadonlySet<number>): number {
  const seen = new Set<number>();
  let at = graph.nodes.findIndex(({ number }) => !order.has(number));
  while (!seen.has(at)) {
    seen.add(at);
    at = graph.needs[at]!.find(need => !order.has(need))!;
  }
  return at;
}

/** The shortest way from what a node needs back to it. */
function shortest(graph: TargetGraph, start: number): number[] {
  const from = new Map<number, number>();
  const open = [start];
  for (const number of open) {
    for (const need of graph.needs[number]!) {
      if (need === start) {
        const path = [number];
        while (path[0] !== start) path.unshift(from.get(path[0]!)!);
        return path;
      }
      if (from.has(need)) continue;
      from.set(need, number);
      open.push(need);
    }
  }
  throw new Error(`target ${start} is on no cycle`);
}

function step(graph: TargetGraph, number: number, need: number): { says: string; paths: readonly string[] } {
  const node = graph.nodes[number]!;
  const other = graph.nodes[need]!;
  const read = node.reads.find(each => graph.makersOf(each).includes(need));
  if (read === undefined) return { says: `${node.name} comes after ${other.name}`, paths: [] };
  if (read.kind === "result") return { says: `${node.name} takes the result of ${other.name}`, paths: [] };
  const path = other.makes.find(make => read.paths.includes(make.path))?.path ?? read.paths[0]!;
  return { says: `${node.name} reads ${path}, which ${other.name} makes`, paths: [path] };
}
