import type { TargetGraph } from "../graph/graph.ts";
import type { TargetNode } from "../graph/node.ts";
import type { Selects } from "../selection/select.ts";
import type { ReturnedBefore } from "./returned-before.ts";

/** Which targets come into a build: those that are selected, all that these return, and those that have returned such. */
export class Chosen {
  private readonly graph: TargetGraph;
  private readonly before: ReturnedBefore;
  private readonly selected: Selects;
  private leading: ReadonlySet<string> | null = null;
  /** By number: those that were returned by such as are selected, over however many. */
  private readonly inherited = new Set<number>();
  private readonly returned = new Map<number, readonly number[]>();

  constructor(graph: TargetGraph, before: ReturnedBefore, selected: Selects) {
    this.graph = graph;
    this.before = before;
    this.selected = selected;
  }

  /** By itself, or for what it has returned. */
  has(node: TargetNode): boolean {
    if (this.selected(node)) return true;
    this.leading ??= this.before.leadingTo(this.selected);
    return this.leading.has(node.identity);
  }

  /** What comes in as a target has returned these. */
  among(numbers: readonly number[], { number }: TargetNode): readonly number[] {
    const { graph, inherited } = this;
    this.returned.set(number, numbers);
    if (!inherited.has(number) && !this.selected(graph.nodes[number]!)) {
      return numbers.filter(each => this.has(graph.nodes[each]!));
    }
    const found = new Set(numbers);
    for (const each of found) {
      inherited.add(each);
      // It may have been built before, for others.
      for (const more of this.returned.get(each) ?? []) found.add(more);
    }
    return [...found];
  }
}
