import { isTerminal, PENDING } from "./states.ts";

const NONE = -1;
const FIRST_CAPACITY = 64;
/** Bytes of a node. */
const SIZE = 32;

/**
 * The graph as arrays: a node is an integer, its facts stand in a typed array, its consumers in a linked list of edges.
 * Nodes and edges that are done with are reused, so that a run of any length needs the room of what is under way.
 *
 * All of a node stands together, seen through one array for each width of number: calls run in another order than they
 * were submitted in, and to look each fact of a node up in another place would take as long as all else.
 */
export class Graph {
  /** At 0 the state, at 1 the flags. */
  private bytes: Uint8Array;
  /** At 1 the pool. */
  private shorts: Int16Array;
  /** At 1 how many inputs have not settled, at 2 the depth, at 3 the last edge to a consumer, which leads on to the first. */
  private words: Int32Array;
  /** At 2 the priority, at 3 the place in the order of submission. */
  private doubles: Float64Array;
  /** The number of what each needs of labels that are limited: apart, as mostly there are none and nobody looks. */
  private demands: Int32Array = new Int32Array(FIRST_CAPACITY);
  /** Each edge leads to a consumer, and to the next edge of the same input: a ring, which has both ends at the price of one. */
  private links: Int32Array = new Int32Array(2 * FIRST_CAPACITY);
  private freeNode = NONE;
  private freeEdge = NONE;
  private nodes = 0;
  private edges = 0;
  private recycled = 0;

  constructor() {
    const room = new ArrayBuffer(FIRST_CAPACITY * SIZE);
    this.bytes = new Uint8Array(room);
    this.shorts = new Int16Array(room);
    this.words = new Int32Array(room);
    this.doubles = new Float64Array(room);
  }

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
    this.setState(node, PENDING);
    this.bytes[node * SIZE + 1] = 0;
    this.setPool(node, NONE);
    this.words[node * 8 + 1] = 0;
    this.setDepth(node, 0);
    this.words[node * 8 + 3] = NONE;
    this.setPriority(node, 0);
    this.demands[node] = 0;
    return node;
  }

  stateOf(node: number): number {
    return this.bytes[node * SIZE]!;
  }

  setState(node: number, state: number): void {
    this.bytes[node * SIZE] = state;
  }

  has(node: number, flags: number): boolean {
    return (this.bytes[node * SIZE + 1]! & flags) !== 0;
  }

  mark(node: number, flags: number): void {
    this.bytes[node * SIZE + 1]! |= flags;
  }

  unmark(node: number, flags: number): void {
    this.bytes[node * SIZE + 1]! &= ~flags;
  }

  poolOf(node: number): number {
    return this.shorts[node * 16 + 1]!;
  }

  setPool(node: number, pool: number): void {
    this.shorts[node * 16 + 1] = pool;
  }

  /** How many of its inputs have not settled. */
  unmetOf(node: number): number {
    return this.words[node * 8 + 1]!;
  }

  /** One more of its inputs has settled; gives how many have not. */
  meet(node: number): number {
    return --this.words[node * 8 + 1]!;
  }

  /** Longest path from a node without inputs. */
  depthOf(node: number): number {
    return this.words[node * 8 + 2]!;
  }

  setDepth(node: number, depth: number): void {
    this.words[node * 8 + 2] = depth;
  }

  priorityOf(node: number): number {
    return this.doubles[node * 4 + 2]!;
  }

  setPriority(node: number, priority: number): void {
    this.doubles[node * 4 + 2] = priority;
  }

  /** Its place in the order of submission. */
  orderOf(node: number): number {
    return this.doubles[node * 4 + 3]!;
  }

  setOrder(node: number, order: number): void {
    this.doubles[node * 4 + 3] = order;
  }

  /** The number of what it needs of labels that are limited; 0 for nothing. */
  demandOf(node: number): number {
    return this.demands[node]!;
  }

  setDemand(node: number, demand: number): void {
    this.demands[node] = demand;
  }

  /** `consumer` cannot start before `input` has settled. */
  link(input: number, consumer: number): void {
    const edge = this.takeEdge();
    const last = this.words[input * 8 + 3]!;
    this.links[2 * edge] = consumer;
    if (last === NONE) this.links[2 * edge + 1] = edge;
    else {
      this.links[2 * edge + 1] = this.links[2 * last + 1]!;
      this.links[2 * last + 1] = edge;
    }
    this.words[input * 8 + 3] = edge;
    this.words[consumer * 8 + 1]!++;
    const depth = this.depthOf(input) + 1;
    if (depth > this.depthOf(consumer)) this.setDepth(consumer, depth);
  }

  hasConsumers(node: number): boolean {
    return this.words[node * 8 + 3] !== NONE;
  }

  *consumersOf(node: number): Iterable<number> {
    const last = this.words[node * 8 + 3]!;
    if (last === NONE) return;
    for (let edge = this.links[2 * last + 1]!; ; edge = this.links[2 * edge + 1]!) {
      yield this.links[2 * edge]!;
      if (edge === last) return;
    }
  }

  /** Takes the first of the consumers of a node, in the order in which they were linked, and forgets the edge; -1: none. */
  cut(node: number): number {
    const last = this.words[node * 8 + 3]!;
    if (last === NONE) return NONE;
    const edge = this.links[2 * last + 1]!;
    if (edge === last) this.words[node * 8 + 3] = NONE;
    else this.links[2 * last + 1] = this.links[2 * edge + 1]!;
    this.links[2 * edge + 1] = this.freeEdge;
    this.freeEdge = edge;
    return this.links[2 * edge]!;
  }

  /** Gives the node's number back. Only for settled nodes to which no edge leads. */
  remove(node: number): void {
    if (!isTerminal(this.stateOf(node)) || this.unmetOf(node) !== 0) throw new Error(`node ${node} is still in use`);
    this.words[node * 8 + 3] = this.freeNode;
    this.freeNode = node;
    this.recycled++;
  }

  private takeNode(): number {
    if (this.freeNode !== NONE) {
      const node = this.freeNode;
      this.freeNode = this.words[node * 8 + 3]!;
      this.recycled--;
      return node;
    }
    if (this.nodes === this.demands.length) this.growNodes();
    return this.nodes++;
  }

  private takeEdge(): number {
    if (this.freeEdge !== NONE) {
      const edge = this.freeEdge;
      this.freeEdge = this.links[2 * edge + 1]!;
      return edge;
    }
    if (2 * this.edges === this.links.length) this.links = grown(this.links);
    return this.edges++;
  }

  private growNodes(): void {
    this.demands = grown(this.demands);
    const room = new ArrayBuffer(2 * this.bytes.byteLength);
    new Uint8Array(room).set(this.bytes);
    this.bytes = new Uint8Array(room);
    this.shorts = new Int16Array(room);
    this.words = new Int32Array(room);
    this.doubles = new Float64Array(room);
  }
}

function grown(array: Int32Array): Int32Array {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
