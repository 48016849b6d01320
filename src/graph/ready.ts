import type { Graph } from "./graph.ts";

/**
 * Nodes that could run now, best first: by priority, then the deepest, then by order of submission.
 *
 * Depth before order keeps few results alive: a consumer goes before the next producer. Nodes mostly become ready in
 * the order of their submission, so each (priority, depth) has a queue, and a heap only for those that come out of turn.
 */
export class ReadyQueue {
  private readonly graph: Graph;
  private readonly lanes: Lane[] = [];
  size = 0;

  constructor(graph: Graph) {
    this.graph = graph;
  }

  push(node: number): void {
    this.lane(this.graph.priority[node]!, this.graph.depth[node]!).push(node, this.graph);
    this.size++;
  }

  /** The best node; only when there is one. */
  pop(): number {
    const last = this.lanes.length - 1;
    const lane = this.lanes[last]!;
    const node = lane.pop(this.graph);
    if (lane.size === 0) this.lanes.pop();
    this.size--;
    return node;
  }

  /** The lane for a priority and depth; lanes are sorted, the best last. */
  private lane(priority: number, depth: number): Lane {
    let low = 0;
    let high = this.lanes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const lane = this.lanes[middle]!;
      if (lane.priority < priority || (lane.priority === priority && lane.depth < depth)) low = middle + 1;
      else high = middle;
    }
    const found = this.lanes[low];
    if (found !== undefined && found.priority === priority && found.depth === depth) return found;
    const made = new Lane(priority, depth);
    this.lanes.splice(low, 0, made);
    return made;
  }
}

class Lane {
  readonly priority: number;
  readonly depth: number;
  private queue: number[] = [];
  private head = 0;
  private readonly heap: number[] = [];

  constructor(priority: number, depth: number) {
    this.priority = priority;
    this.depth = depth;
  }

  get size(): number {
    return this.queue.length - this.head + this.heap.length;
  }

  push(node: number, graph: Graph): void {
    const last = this.queue[this.queue.length - 1];
    if (last === undefined || this.head === this.queue.length || graph.order[last]! < graph.order[node]!) {
      this.queue.push(node);
    } else {
      pushHeap(this.heap, node, graph.order);
    }
  }

  pop(graph: Graph): number {
    const first = this.queue[this.head];
    const top = this.heap[0];
    if (first === undefined || (top !== undefined && graph.order[top]! < graph.order[first]!)) {
      return popHeap(this.heap, graph.order);
    }
    this.head++;
    if (this.head === this.queue.length) {
      this.queue.length = 0;
      this.head = 0;
    } else if (this.head > 1024 && this.head * 2 > this.queue.length) {
      this.queue = this.queue.slice(this.head);
      this.head = 0;
    }
    return first;
  }
}

function pushHeap(heap: number[], node: number, order: Float64Array): void {
  let at = heap.length;
  heap.push(node);
  while (at > 0) {
    const up = (at - 1) >> 1;
    if (order[heap[up]!]! <= order[node]!) break;
    heap[at] = heap[up]!;
    at = up;
  }
  heap[at] = node;
}

function popHeap(heap: number[], order: Float64Array): number {
  const top = heap[0]!;
  const node = heap.pop()!;
  if (heap.length === 0) return top;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && order[heap[child + 1]!]! < order[heap[child]!]!) child++;
    if (order[heap[child]!]! >= order[node]!) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = node;
  return top;
}
