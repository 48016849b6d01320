import type { Graph } from "./graph.ts";
import { Heap } from "./heap.ts";

/** Beyond so many, to put a lane in its place costs more than a heap. */
const MANY_LANES = 256;
/** How long a queue may be to be kept for other nodes. */
const KEPT_ROOM = 1024;

/**
 * Nodes that could run now, best first: by priority, then the deepest, then by order of submission.
 *
 * Depth before order keeps few results alive: a consumer goes before the next producer. Nodes mostly become ready in
 * the order of their submission, so each (priority, depth) has a queue, and a heap only for those that come out of turn.
 */
export class ReadyQueue {
  private readonly graph: Graph;
  /** Sorted, the best last; none is empty. */
  private readonly lanes: Lane[] = [];
  private readonly spare: Lane[] = [];
  /** Nodes of priorities and depths that have no lane, because there are too many. */
  private readonly strays: Heap<number>;
  size = 0;

  constructor(graph: Graph) {
    this.graph = graph;
    this.strays = new Heap((a, b) => goesBefore(graph, a, b));
  }

  push(node: number): void {
    const lane = this.lane(this.graph.priority[node]!, this.graph.depth[node]!);
    if (lane === undefined) this.strays.push(node);
    else lane.push(node, this.graph);
    this.size++;
  }

  /** The best node, which stays; only when there is one. */
  get first(): number {
    const { lanes, strays, graph } = this;
    const lane = lanes[lanes.length - 1];
    const stray = strays.first;
    if (lane === undefined) return stray!;
    const node = lane.first(graph);
    return stray !== undefined && goesBefore(graph, stray, node) ? stray : node;
  }

  /** The best node; only when there is one. */
  pop(): number {
    this.size--;
    const { lanes, strays, graph } = this;
    const lane = lanes[lanes.length - 1];
    const stray = strays.first;
    if (lane === undefined) return strays.pop()!;
    if (stray !== undefined && goesBefore(graph, stray, lane.first(graph))) return strays.pop()!;
    const node = lane.pop(graph);
    if (lane.size === 0) this.spare.push(lanes.pop()!);
    return node;
  }

  private lane(priority: number, depth: number): Lane | undefined {
    const { lanes } = this;
    // Mostly what becomes ready is as deep as the best, or deeper.
    const best = lanes[lanes.length - 1];
    if (best !== undefined && best.priority === priority && best.depth === depth) return best;
    let low = 0;
    let high = lanes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const lane = lanes[middle]!;
      if (lane.priority < priority || (lane.priority === priority && lane.depth < depth)) low = middle + 1;
      else high = middle;
    }
    const found = lanes[low];
    if (found !== undefined && found.priority === priority && found.depth === depth) return found;
    if (lanes.length >= MANY_LANES) return undefined;
    const made = this.spare.pop() ?? new Lane();
    made.priority = priority;
    made.depth = depth;
    if (low === lanes.length) lanes.push(made);
    else lanes.splice(low, 0, made);
    return made;
  }
}

/** The order in which nodes that could run now do. */
export function goesBefore({ priority, depth, order }: Graph, a: number, b: number): boolean {
  if (priority[a] !== priority[b]) return priority[a]! > priority[b]!;
  if (depth[a] !== depth[b]) return depth[a]! > depth[b]!;
  return order[a]! < order[b]!;
}

/** What is ready of one priority and depth. Used again for others when it is empty, with the room that it has. */
class Lane {
  priority = 0;
  depth = 0;
  private queue: number[] = [];
  private head = 0;
  private tail = 0;
  private outOfTurn: Heap<number> | null = null;

  get size(): number {
    return this.tail - this.head + (this.outOfTurn?.size ?? 0);
  }

  push(node: number, graph: Graph): void {
    if (this.tail === this.head || graph.order[this.queue[this.tail - 1]!]! < graph.order[node]!) {
      this.queue[this.tail++] = node;
      return;
    }
    this.outOfTurn ??= new Heap((a, b) => graph.order[a]! < graph.order[b]!);
    this.outOfTurn.push(node);
  }

  first({ order }: Graph): number {
    const early = this.outOfTurn?.first;
    if (this.head === this.tail) return early!;
    const first = this.queue[this.head]!;
    return early !== undefined && order[early]! < order[first]! ? early : first;
  }

  pop(graph: Graph): number {
    const node = this.first(graph);
    if (this.head === this.tail || this.queue[this.head] !== node) return this.outOfTurn!.pop()!;
    this.head++;
    if (this.head === this.tail) this.empty();
    else if (this.head > KEPT_ROOM && this.head * 2 > this.tail) {
      this.queue = this.queue.slice(this.head, this.tail);
      this.tail -= this.head;
      this.head = 0;
    }
    return node;
  }

  private empty(): void {
    this.head = 0;
    this.tail = 0;
    if (this.queue.length > KEPT_ROOM) this.queue = [];
  }
}
