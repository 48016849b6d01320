/** `heddle graph` of targets and their files. */
import { sayReasons } from "../../build/freshness/say.ts";
import { type PlannedTarget, planBuild } from "../../build/plan.ts";
import type { Project } from "../../build/start.ts";
import { toDot } from "../../graph/drawing/dot.ts";
import { toMermaid } from "../../graph/drawing/mermaid.ts";
import { count, plural } from "../../report/format.ts";
import { look, type Opened } from "../build/project.ts";
import { stdoutScreen } from "../screen.ts";
import type { Drawing, GraphFlags } from "./graph.ts";
import { targetLines } from "./target-lines.ts";
import { targetOutline } from "./target-outline.ts";

export function targetDrawing(words: readonly string[], flags: GraphFlags): Promise<Drawing> {
  const { match, tag, files = true, group } = flags;
  const choice = { ...(match !== undefined && { match }), ...(tag !== undefined && { tag }) };
  const act = ({ project, config }: Opened) => {
    const { graph } = project.facts;
    const possible = planBuild(project, { forced: () => false, outside: config.build?.outside === true });
    const plan = [...possible, ...impossible(project, possible)];
    const outline = () => targetOutline(graph, plan, { files, group: group ?? "auto" });
    return {
      text: totals(plan),
      drawn: {
        toMermaid: () => toMermaid(outline()),
        toDot: () => toDot(outline()),
        toSvg: async () => (await import("../../graph/drawing/svg.ts")).toSvg(outline()),
        toText: () => targetLines(graph, plan, files, stdoutScreen()),
        toJSON: () => json(plan, project.facts.graph.needs),
      },
      problems: project.problems,
    };
  };
  return look(words, choice, act, { showsProblems: true });
}

/** Those that wait for one another in a circle, and for such: no build gets to them, but they are what one wants to see. */
function impossible({ facts, numbers }: Project, plan: readonly PlannedTarget[]): PlannedTarget[] {
  const planned = new Set(plan.map(({ node }) => node.number));
  const rest = [...numbers].filter(number => !planned.has(number));
  return rest.map(number => ({ node: facts.graph.nodes[number]!, state: "run", reasons: [], skipped: null }));
}

/** `4 targets: 3 fresh, 1 run` */
function totals(plan: readonly PlannedTarget[]): string {
  const counts = new Map<string, number>();
  for (const { state } of plan) counts.set(state, (counts.get(state) ?? 0) + 1);
  const said = [...counts].map(([state, number]) => `${count(number)} ${state === "mayRun" ? "may run" : state}`);
  return `${plural(plan.length, "target")}${said.length === 0 ? "" : `: ${said.join(", ")}`}`;
}

function json(plan: readonly PlannedTarget[], needs: readonly (readonly number[])[]): object {
  const names = new Map(plan.map(({ node }) => [node.number, node.name]));
  return {
    targets: plan.map(({ node, state, reasons, skipped }) => ({
      name: node.name,
      identity: node.identity,
      state,
      reasons: sayReasons(reasons),
      ...(skipped !== null && { skipped }),
      inputs: node.reads.flatMap(({ kind, paths }) => (kind === "result" ? [] : paths)),
      outputs: node.makes.map(({ path }) => path),
    })),
    edges: plan.flatMap(({ node }) =>
      needs[node.number]!.flatMap(need => (names.has(need) ? [{ from: names.get(need), to: node.name }] : [])),
    ),
  };
}
