import { isTerminal, PENDING } from "./states.ts";

const NONE = -1;
const FIRST_CAPACITY = 64;

/**
 * The graph as arrays: a node is an integer, its facts stand in typed arrays, its consumers in a linked list of edges.
 * Nodes and edges that are done with are reused, so that a run of any length needs the room of what is under way.
 */
export class Graph {
  state = new Uint8Array(FIRST_CAPACITY);
  /** Inputs that have not settled. */
  unmet = new Int32Array(FIRST_CAPACITY);
  /** Longest path from a node without inputs. */
  depth = new Int32Array(FIRST_CAPACITY);
  priority = new Float64Array(FIRST_CAPACITY);
  /** Place in the order of submission. */
  order = new Float64Array(FIRST_CAPACITY);
  pool = new Int16Array(FIRST_CAPACITY);
  flags = new Uint8Array(FIRST_CAPACITY);
  /** The number of what it needs of labels that are limited; 0 for nothing. */
  demand = new Int32Array(FIRST_CAPACITY);
  /** The last edge to a consumer, which leads on to the first: a ring has both ends at the price of one. */
  private consumers = new Int32Array(FIRST_CAPACITY);
  private edgeTo = new Int32Array(FIRST_CAPACITY);
  private edgeNext = new Int32Array(FIRST_CAPACITY);
  private freeNode = NONE;
  private freeEdge = NONE;
  private nodes = 0;
  private edges = 0;
  private recycled = 0;

  /** Nodes in use. */
  get size(): number {
    return this.nodes - this.recycled;
  }

  /** All numbers in use are below this. */
  get bound(): number {
    return this.nodes;
  }

  add(): number {
    const node = this.takeNode();
    this.state[node] = PENDING;
    this.unmet[node] = 0;
    this.depth[node] = 0;
    this.priority[node] = 0;
    this.flags[node] = 0;
    this.demand[node] = 0;
    this.pool[node] = NONE;
    this.consumers[node] = NONE;
    return node;
  }

  has(node: number, flags: number): boolean {
    return (this.flags[node]! & flags) !== 0;
  }

  mark(node: number, flags: number): void {
    this.flags[node]! |= flags;
  }

  unmark(node: number, flags: number): void {
    this.flags[node]! &= ~flags;
  }

  /** `consumer` cannot start before `input` has settled. */
  link(input: number, consumer: number): void {
    const edge = this.takeEdge();
    const last = this.consumers[input]!;
    this.edgeTo[edge] = consumer;
    if (last === NONE) this.edgeNext[edge] = edge;
    else {
      this.edgeNext[edge] = this.edgeNext[last]!;
      this.edgeNext[last] = edge;
    }
    this.consumers[input] = edge;
    this.unmet[consumer]!++;
    const depth = this.depth[input]! + 1;
    if (depth > this.depth[consumer]!) this.depth[consumer] = depth;
  }

  hasConsumers(node: number): boolean {
    return this.consumers[node] !== NONE;
  }

  *consumersOf(node: number): Iterable<number> {
    const last = this.consumers[node]!;
    if (last === NONE) return;
    for (let edge = this.edgeNext[last]!; ; edge = this.edgeNext[edge]!) {
      yield this.edgeTo[edge]!;
      if (edge === last) return;
    }
  }

  /** Takes the first of the consumers of a node, in the order in which they were linked, and forgets the edge; -1: none. */
  cut(node: number): number {
    const last = this.consumers[node]!;
    if (last === NONE) return NONE;
    const edge = this.edgeNext[last]!;
    if (edge === last) this.consumers[node] = NONE;
    else this.edgeNext[last] = this.edgeNext[edge]!;
    this.edgeNext[edge] = this.freeEdge;
    this.freeEdge = edge;
    return this.edgeTo[edge]!;
  }

  /** Gives the node's number back. Only for settled nodes to which no edge leads. */
  remove(node: number): void {
    if (!isTerminal(this.state[node]!) || this.unmet[node] !== 0) throw new Error(`node ${node} is still in use`);
    this.consumers[node] = this.freeNode;
    this.freeNode = node;
    this.recycled++;
  }

  private takeNode(): number {
    if (this.freeNode !== NONE) {
      const node = this.freeNode;
      this.freeNode = this.consumers[node]!;
      this.recycled--;
      return node;
    }
    if (this.nodes === this.state.length) this.growNodes();
    return this.nodes++;
  }

  private takeEdge(): number {
    if (this.freeEdge !== NONE) {
      const edge = this.freeEdge;
      this.freeEdge = this.edgeNext[edge]!;
      return edge;
    }
    if (this.edges === this.edgeTo.length) {
      this.edgeTo = grown(this.edgeTo, Int32Array);
      this.edgeNext = grown(this.edgeNext, Int32Array);
    }
    return this.edges++;
  }

  private growNodes(): void {
    this.state = grown(this.state, Uint8Array);
    this.unmet = grown(this.unmet, Int32Array);
    this.depth = grown(this.depth, Int32Array);
    this.priority = grown(this.priority, Float64Array);
    this.order = grown(this.order, Float64Array);
    this.pool = grown(this.pool, Int16Array);
    this.flags = grown(this.flags, Uint8Array);
    this.demand = grown(this.demand, Int32Array);
    this.consumers = grown(this.consumers, Int32Array);
  }
}

interface NumberArray {
  readonly length: number;
  set(values: this): void;
}

function grown<T extends NumberArray>(array: T, Kind: new (length: number) => T): T {
  const larger = new Kind(array.length * 2);
  larger.set(array);
  return larger;
}
