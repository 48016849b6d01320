/** Targets as trees to read: each above what it needs, from those on which nothing depends. */
import type { TargetGraph } from "../../build/graph/graph.ts";
import type { TargetNode } from "../../build/graph/node.ts";
import type { PlannedTarget } from "../../build/plan.ts";
import { cut, oneLine } from "../../report/text.ts";
import type { Screen } from "../screen.ts";

const WORDS: Readonly<Record<PlannedTarget["state"], string>> = {
  run: "would run",
  mayRun: "may run",
  fresh: "fresh",
  persisted: "persisted",
  skipped: "skipped",
};

interface Branch {
  /** A target, or a file that nobody makes. */
  readonly of: number | string;
  /** What stands before it, and before what is below it. */
  readonly lead: string;
  readonly below: string;
}

/** What is needed in several places is shown in full at the first. */
export function targetLines(
  graph: TargetGraph,
  plan: readonly PlannedTarget[],
  files: boolean,
  { style, columns }: Screen,
): string[] {
  const { paint, symbols } = style;
  const planned = new Map(plan.map(each => [each.node.number, each]));
  const needed = new Set(plan.flatMap(({ node }) => graph.needs[node.number]!));
  const [tee, corner, pipe] = symbols.dot === "·" ? ["├─ ", "└─ ", "│  "] : ["|- ", "`- ", "|  "];
  const shown = new Set<number>();
  const lines: string[] = [];
  const roots = plan.filter(({ node }) => !needed.has(node.number));
  // Not recursive, as chains may be of any length.
  const open = roots.map(rootOf).reverse();
  // Circles have no root: the last that was not shown is one.
  let rest = plan.length - 1;
  const next = () => {
    if (open.length > 0) return open.pop();
    while (shown.has(plan[rest]?.node.number ?? -1)) rest -= 1;
    return plan[rest] === undefined ? undefined : rootOf(plan[rest]!);
  };
  for (let at = next(); at !== undefined; at = next()) {
    const { of, lead, below } = at;
    if (typeof of === "string") {
      lines.push(`${paint("dim", lead)}${oneLine(of)}`);
      continue;
    }
    const { node, state } = planned.get(of)!;
    const again = shown.has(of);
    shown.add(of);
    const parts = again ? [] : partsOf(graph, node, planned, files);
    const more = again && partsOf(graph, node, planned, files).length > 0 ? ` ${symbols.ellipsis}` : "";
    lines.push(`${paint("dim", lead)}${paint("bold", oneLine(node.name))}  ${paint("dim", WORDS[state])}${more}`);
    for (let index = parts.length - 1; index >= 0; index -= 1) {
      const last = index === parts.length - 1;
      open.push({ of: parts[index]!, lead: below + (last ? corner : tee), below: below + (last ? "   " : pipe) });
    }
  }
  return lines.map(line => cut(line, columns, symbols.ellipsis));
}

function rootOf({ node }: PlannedTarget): Branch {
  return { of: node.number, lead: "", below: "" };
}

function partsOf(
  graph: TargetGraph,
  { number, reads }: TargetNode,
  planned: ReadonlyMap<number, PlannedTarget>,
  files: boolean,
): (number | string)[] {
  const targets = graph.needs[number]!.filter(need => planned.has(need));
  if (!files) return targets;
  const sources = reads.filter(read => read.kind !== "result" && graph.makersOf(read).length === 0);
  return [...targets, ...new Set(sources.flatMap(({ paths }) => paths))];
}
