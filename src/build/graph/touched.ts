/** Which targets are out of date because files have changed: told from the graph, without a look at the disk. */
import { matcherOf } from "./glob.ts";
import type { TargetGraph } from "./graph.ts";
import type { Read, TargetNode } from "./node.ts";

/** Whether the code of a target reaches a module, by the place of that. */
export type Reaches = (node: TargetNode, place: string) => boolean;

/** Those that read one of these places, make it, or reach it with their code; and all that need such, by number. */
export function touchedBy(graph: TargetGraph, places: readonly string[], reaches: Reaches): Set<number> {
  const touched = new Set<number>();
  for (const node of graph.nodes) {
    if (places.some(place => isTouched(node, place) || reaches(node, place))) touched.add(node.number);
  }
  const consumers = graph.consumers();
  for (const number of touched) for (const consumer of consumers[number]!) touched.add(consumer);
  return touched;
}

function isTouched({ reads, makes }: TargetNode, place: string): boolean {
  return reads.some(read => readsPlace(read, place)) || makes.some(({ path }) => isWithin(place, path));
}

export function readsPlace({ kind, paths }: Pick<Read, "kind" | "paths">, place: string): boolean {
  if (kind === "result") return false;
  if (kind === "file") return paths[0] === place;
  if (kind === "files") return paths.some(pattern => matcherOf(pattern).matches(place));
  return isWithin(place, paths[0]!);
}

/** Whether it is this path, or lies in it. */
export function isWithin(place: string, path: string): boolean {
  return place === path || place.startsWith(`${path}/`);
}
