/** Targets and files as they are drawn: files between the targets that make and read them. */
import { sayReasons } from "../../build/freshness/say.ts";
import type { TargetGraph } from "../../build/graph/graph.ts";
import type { Read } from "../../build/graph/node.ts";
import type { PlannedState, PlannedTarget } from "../../build/plan.ts";
import { shownCount, shownName, shownSentence } from "../../graph/drawing/label.ts";
import { MOST_CALLS, MOST_EDGES, type Outline, type OutlineNode } from "../../graph/drawing/outline.ts";
import { DRAWN_STATES, type DrawnState } from "../../graph/drawing/style.ts";

export interface TargetDrawOptions {
  readonly files: boolean;
  /** Targets of one family as one, without files; `"auto"`: where there are many. */
  readonly group: boolean | "auto";
}

/** From the one that says least about what there is to do. */
const RISING: readonly PlannedState[] = ["fresh", "persisted", "skipped", "mayRun", "run"];

export function targetOutline(
  graph: TargetGraph,
  plan: readonly PlannedTarget[],
  { files, group }: TargetDrawOptions,
): Outline {
  if (group === true) return grouped(graph, plan);
  const whole = single(graph, plan, files);
  const isLarge = whole.nodes.length > MOST_CALLS || whole.edges.length > MOST_EDGES;
  return group === "auto" && isLarge ? grouped(graph, plan) : whole;
}

class Sketch {
  readonly nodes: OutlineNode[] = [];
  private readonly byKey = new Map<string, OutlineNode>();
  private readonly lines = new Map<string, { readonly from: OutlineNode; readonly to: OutlineNode }>();

  node(key: string, made: () => Pick<OutlineNode, "kind" | "state" | "lines" | "reason">): OutlineNode {
    let node = this.byKey.get(key);
    if (node === undefined) {
      node = { ...made(), index: this.nodes.length, parent: null, children: [] };
      this.nodes.push(node);
      this.byKey.set(key, node);
    }
    return node;
  }

  edge(from: OutlineNode, to: OutlineNode): void {
    if (from !== to) this.lines.set(`${from.index} ${to.index}`, { from, to });
  }

  get outline(): Outline {
    const states = DRAWN_STATES.filter(state => this.nodes.some(node => node.state === state));
    return { roots: this.nodes, nodes: this.nodes, edges: [...this.lines.values()], states };
  }
}

function single(graph: TargetGraph, plan: readonly PlannedTarget[], files: boolean): Outline {
  const sketch = new Sketch();
  const planned = new Map(plan.map(each => [each.node.number, each]));
  const target = (number: number) => {
    const { node, state, reasons, skipped } = planned.get(number)!;
    const reason = shownSentence(skipped ?? sayReasons(reasons).join("; "));
    return sketch.node(`target ${number}`, () => ({ kind: "task", state, lines: [shownName(node.name)], reason }));
  };
  const file = (path: string, state: DrawnState) =>
    sketch.node(`file ${path}`, () => ({ kind: "file", state, lines: [shownName(path)], reason: "" }));
  for (const { node, state } of plan) {
    const to = target(node.number);
    if (files) for (const { path, kind } of node.makes) sketch.edge(to, file(pathText(path, kind), state));
    const seen = new Set<number>();
    for (const read of node.reads) {
      const makers = graph.makersOf(read).filter(maker => planned.has(maker));
      for (const maker of makers) seen.add(maker);
      if (files && read.kind !== "result") drawFiles(read, makers, to);
      else for (const maker of makers) sketch.edge(target(maker), to);
    }
    for (const need of graph.needs[node.number]!) {
      if (!seen.has(need) && planned.has(need)) sketch.edge(target(need), to);
    }
  }
  return sketch.outline;

  /** What a target reads that others make, by what they make; else the path or pattern itself. */
  function drawFiles({ kind, paths }: Read, makers: readonly number[], to: OutlineNode): void {
    for (const maker of makers) {
      const { node, state } = planned.get(maker)!;
      const read = node.makes.filter(
        ({ path }) => kind === "files" || isWithin(paths[0]!, path) || isWithin(path, paths[0]!),
      );
      for (const { path, kind: made } of read) sketch.edge(file(pathText(path, made), state), to);
    }
    if (makers.length > 0 && kind !== "files") return;
    for (const path of paths) sketch.edge(file(pathText(path, kind === "dir" ? "dir" : "file"), "source"), to);
  }
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

function pathText(path: string, kind: "file" | "dir"): string {
  return kind === "dir" ? `${path}/` : path;
}

function grouped(graph: TargetGraph, plan: readonly PlannedTarget[]): Outline {
  const sketch = new Sketch();
  const families = new Map<string, PlannedTarget[]>();
  for (const each of plan) {
    const { identity } = each.node.target.family.definition;
    const known = families.get(identity);
    if (known === undefined) families.set(identity, [each]);
    else known.push(each);
  }
  const family = (identity: string) => sketch.node(identity, () => familyNode(families.get(identity)!));
  const numbers = new Set(plan.map(({ node }) => node.number));
  for (const { node } of plan) {
    const to = family(node.target.family.definition.identity);
    for (const need of graph.needs[node.number]!) {
      if (numbers.has(need)) sketch.edge(family(graph.nodes[need]!.target.family.definition.identity), to);
    }
  }
  return sketch.outline;
}

function familyNode(members: readonly PlannedTarget[]): Pick<OutlineNode, "kind" | "state" | "lines" | "reason"> {
  const first = members[0]!;
  const state = RISING.findLast(one => members.some(each => each.state === one))!;
  if (members.length === 1) return { kind: "task", state, lines: [shownName(first.node.name)], reason: "" };
  const counts = RISING.map(one => [one, members.filter(each => each.state === one).length] as const);
  const said = counts.filter(([, number]) => number > 0).map(([one, number]) => `${shownCount(number)} ${one}`);
  const name = `${shownName(first.node.target.family.definition.name)} × ${shownCount(members.length)}`;
  return { kind: "task", state, lines: [name, said.join(", ")], reason: "" };
}
