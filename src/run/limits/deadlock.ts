import type { Graph } from "../../graph/graph.ts";
import { isTerminal, PENDING, RETRYING, RUNNING } from "../../graph/states.ts";
import type { Allowance } from "./allowance.ts";
import type { Grant, Group } from "./group.ts";

/** What has to be known of the calls to tell whether they can get on. */
export interface Standing {
  readonly graph: Graph;
  readonly grants: ReadonlyMap<number, Grant>;
  /** The call that each call within another was submitted from. */
  readonly parents: ReadonlyMap<number, number>;
  waits(node: number): boolean;
  isFlow(node: number): boolean;
  groupOf(node: number): Group | null;
}

/**
 * The calls among `blocked` that nothing which can get on will ever make room for: they lack what is held by calls that
 * wait, directly or not, for calls that lack what is held likewise. What could still get on counts as getting on, so
 * none is named too early; one whose last hope ends later is named then.
 */
export function stuck(blocked: readonly number[], standing: Standing): number[] {
  if (blocked.length === 0) return [];
  const { graph } = standing;
  const moving = movable(blocked, standing, true);
  return blocked.filter(node => !moving.has(node) && !isTerminal(graph.stateOf(node)));
}

/** Whether nothing that this run has of shared limits will ever come back, unless other runs let it have more. */
export function isFrozen(blocked: readonly number[], standing: Standing): boolean {
  const holders = [...standing.grants].filter(([, grant]) => grant.hasShared);
  if (holders.length === 0) return false;
  const moving = movable(blocked, standing, false);
  return holders.every(([node]) => !moving.has(node));
}

/** What may get on; with `sharesCome` also what lacks only what other runs have. */
function movable(blocked: readonly number[], standing: Standing, sharesCome: boolean): Set<number> {
  const { graph, parents } = standing;
  const nodes = new Set([...blocked, ...parents.keys(), ...parents.values(), ...standing.grants.keys()]);
  const open = [...nodes].filter(node => !isTerminal(graph.stateOf(node)));
  const kin = kinOf(standing);
  const moving = new Set<number>();
  for (let before = -1; before !== moving.size; ) {
    before = moving.size;
    for (const node of open) {
      if (!moving.has(node) && mayMove(node, moving, standing, kin, sharesCome)) moving.add(node);
    }
    spread(moving, graph);
  }
  return moving;
}

/** What is asked for many calls, looked up once. */
interface Kin {
  /** Calls within a call that have not ended. */
  readonly children: ReadonlyMap<number, readonly number[]>;
  /** Who has something of an allowance. */
  readonly holders: ReadonlyMap<Allowance, readonly number[]>;
}

function kinOf({ graph, parents, grants }: Standing): Kin {
  const children = new Map<number, number[]>();
  for (const [child, parent] of parents) if (!isTerminal(graph.stateOf(child))) enlist(children, parent, child);
  const holders = new Map<Allowance, number[]>();
  for (const [owner, grant] of grants) for (const source of hasOf(grant)) enlist(holders, source, owner);
  return { children, holders };
}

function enlist<K>(lists: Map<K, number[]>, key: K, item: number): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}

function mayMove(
  node: number,
  moving: ReadonlySet<number>,
  standing: Standing,
  kin: Kin,
  sharesCome: boolean,
): boolean {
  const { graph } = standing;
  const state = graph.stateOf(node);
  const children = kin.children.get(node) ?? [];
  const childMoves = children.length === 0 || children.some(child => moving.has(child));
  if (state === RETRYING) return true;
  if (state === PENDING) return graph.unmetOf(node) === 0;
  if (state === RUNNING && !standing.waits(node)) return standing.isFlow(node) ? childMoves : true;
  const group = standing.groupOf(node);
  if (state === RUNNING && children.length > 0) return childMoves;
  if (group === null) return true;
  const asking = state === RUNNING ? group.toGoOn : group.toStart;
  // What has not been asked for yet may be had.
  if (!sharesCome && asking?.state === "queued" && !asking.isCovered) return false;
  const lacking = state === RUNNING ? group.lackingAgain() : group.lacking();
  return lacking.every(source => kin.holders.get(source)?.some(owner => moving.has(owner)) === true);
}

function* hasOf({ group, waits, holding }: Grant): Iterable<Allowance> {
  for (const [at, { label, held }] of group.needs.entries()) {
    if (held || !waits) yield group.sources[at]!;
    const lent = waits ? undefined : holding?.of(label);
    if (lent !== undefined) yield lent;
  }
}

/** What depends on what gets on may get on. */
function spread(moving: Set<number>, graph: Graph): void {
  const found = [...moving];
  for (let at = 0; at < found.length; at++) {
    for (const consumer of graph.consumersOf(found[at]!)) {
      if (moving.has(consumer)) continue;
      moving.add(consumer);
      found.push(consumer);
    }
  }
}
