/**
 * A plan as it is drawn, whatever the format: a forest of nodes, flows around their children, with calls that are
 * alike merged where there are too many to look at. Nothing here recurses: flows may be nested to any depth.
 */
import type { PlanCall, PlanState } from "../plan.ts";
import { shownCount, shownName, shownSentence } from "./label.ts";
import { type DrawnState, STATE_NAMES, STATES } from "./style.ts";

/** What is drawn of a plan. */
export interface Drawable {
  readonly calls: readonly PlanCall[];
  readonly edges: readonly { readonly from: string; readonly to: string }[];
  readonly unfinished: readonly string[];
}

export interface DrawOptions {
  /**
   * Draws the calls of one task under one parent as a single node with counts; default `"auto"`: where the plan has
   * more than 200 calls or 400 edges.
   */
  readonly group?: boolean | "auto";
}

export interface OutlineNode {
  /** In the order in which nodes are drawn, from 0. */
  readonly index: number;
  readonly kind: "task" | "flow" | "file";
  /** Of a group, that of the call in it that has most to do. */
  readonly state: DrawnState;
  /** Lines of text, not escaped. */
  readonly lines: readonly string[];
  /** Why it is in its state; empty for groups and hits. */
  readonly reason: string;
  readonly parent: OutlineNode | null;
  readonly children: readonly OutlineNode[];
}

export interface Outline {
  readonly roots: readonly OutlineNode[];
  /** All nodes, parents before their children. */
  readonly nodes: readonly OutlineNode[];
  /** Without repetitions, and without those between a flow and what is drawn inside it. */
  readonly edges: readonly { readonly from: OutlineNode; readonly to: OutlineNode }[];
  /** States that occur. */
  readonly states: readonly DrawnState[];
}

export const MOST_CALLS = 200;
/** Mermaid draws 500 at most, unless its page says otherwise. */
export const MOST_EDGES = 400;
/** From the one that says least about what there is to do. */
const RISING: readonly PlanState[] = ["hit", "unknown", "mayRun", "run"];

interface Draft {
  readonly parent: Draft | null;
  readonly kind: "task" | "flow";
  readonly members: PlanCall[];
  readonly children: Draft[];
}

export function outline(plan: Drawable, { group = "auto" }: DrawOptions = {}): Outline {
  const merged = group === "auto" ? plan.calls.length > MOST_CALLS || plan.edges.length > MOST_EDGES : group;
  const { roots, of } = draft(plan.calls, merged);
  const unfinished = new Set(plan.unfinished);
  const nodes: OutlineNode[] = [];
  const made = new Map<Draft, OutlineNode & { readonly children: OutlineNode[] }>();
  const stack = roots.toReversed();
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    const parent = at.parent === null ? null : made.get(at.parent)!;
    const node = { ...described(at, unfinished), index: nodes.length, parent, children: [] };
    parent?.children.push(node);
    made.set(at, node);
    nodes.push(node);
    for (let i = at.children.length - 1; i >= 0; i -= 1) stack.push(at.children[i]!);
  }
  const nodeOf = (id: string) => {
    const found = of.get(id);
    return found === undefined ? undefined : made.get(found);
  };
  return {
    roots: roots.map(root => made.get(root)!),
    nodes,
    edges: edgesBetween(plan.edges, nodeOf),
    states: STATES.filter(state => nodes.some(node => node.state === state)),
  };
}

function draft(calls: readonly PlanCall[], merged: boolean): { roots: Draft[]; of: Map<string, Draft> } {
  const byId = new Map(calls.map(call => [call.id, call]));
  const childrenOf = new Map<string | null, PlanCall[]>([[null, []]]);
  for (const call of calls) {
    const parent = call.parent !== null && byId.has(call.parent) ? call.parent : null;
    const siblings = childrenOf.get(parent);
    if (siblings === undefined) childrenOf.set(parent, [call]);
    else siblings.push(call);
  }
  const roots: Draft[] = [];
  const of = new Map<string, Draft>();
  // A list of groups to be filled, each with the calls that are its children, which all are known by then.
  const open: { parent: Draft | null; calls: readonly PlanCall[] }[] = [{ parent: null, calls: childrenOf.get(null)! }];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const siblings = at.parent?.children ?? roots;
    const alike = new Map<string, Draft>();
    for (const call of at.calls) {
      const likeness = merged ? `${call.kind} ${call.task}` : call.id;
      let found = alike.get(likeness);
      if (found === undefined) {
        found = { parent: at.parent, kind: call.kind, members: [], children: [] };
        alike.set(likeness, found);
        siblings.push(found);
      }
      found.members.push(call);
      of.set(call.id, found);
    }
    for (const parent of alike.values()) {
      const below = parent.members.flatMap(call => childrenOf.get(call.id) ?? []);
      if (below.length > 0) open.push({ parent, calls: below });
    }
  }
  return { roots, of };
}

function described(
  { members, kind }: Draft,
  unfinished: ReadonlySet<string>,
): Pick<OutlineNode, "kind" | "state" | "lines" | "reason"> {
  const open = members.filter(call => unfinished.has(call.id)).length;
  const first = members[0]!;
  if (members.length === 1) {
    const lines = [shownName(first.id), ...(open > 0 ? ["planned in part"] : [])];
    return { kind, state: first.state, lines, reason: shownSentence(first.reason) };
  }
  const counts = STATES.map(state => ({ state, count: members.filter(call => call.state === state).length }));
  const present = counts.filter(({ count }) => count > 0);
  const lines = [
    `${shownName(first.task)} × ${shownCount(members.length)}`,
    present.map(({ state, count }) => `${shownCount(count)} ${STATE_NAMES[state]}`).join(", "),
    ...(open > 0 ? [`${shownCount(open)} planned in part`] : []),
  ];
  const state = RISING.findLast(one => present.some(({ state }) => state === one))!;
  return { kind, state, lines, reason: "" };
}

function edgesBetween(
  edges: Drawable["edges"],
  nodeOf: (id: string) => OutlineNode | undefined,
): { from: OutlineNode; to: OutlineNode }[] {
  const seen = new Set<string>();
  const found: { from: OutlineNode; to: OutlineNode }[] = [];
  for (const edge of edges) {
    const from = nodeOf(edge.from);
    const to = nodeOf(edge.to);
    if (from === undefined || to === undefined) continue;
    const name = `${from.index} ${to.index}`;
    if (seen.has(name)) continue;
    seen.add(name);
    if (!holds(from, to) && !holds(to, from)) found.push({ from, to });
  }
  return found;
}

/** Whether `inner` is drawn inside `outer`; a flow with children is inside itself. */
function holds(outer: OutlineNode, inner: OutlineNode): boolean {
  if (outer.children.length === 0) return false;
  for (let at: OutlineNode | null = inner; at !== null; at = at.parent) if (at === outer) return true;
  return false;
}
