/** A build from beginning to end: what `heddle build` and `build()` have in common. */
import { BuildFailedError, GraphError, type GraphProblem } from "../errors.ts";
import type { FlowScope } from "../run/scope.ts";
import type { RunSettings, StartedRun } from "../run/settings.ts";
import { startRun } from "../run/start.ts";
import type { Definition } from "../task/definition.ts";
import { shared } from "../task/shared.ts";
import { Building } from "./building/building.ts";
import { collect, type LoadModule } from "./collect/collect.ts";
import { Facts } from "./facts/facts.ts";
import { TargetCode } from "./facts/target-code.ts";
import { TargetGraph } from "./graph/graph.ts";
import { located } from "./graph/located.ts";
import type { TargetNode } from "./graph/node.ts";
import { problemsOf } from "./graph/problems.ts";
import { touchedBy } from "./graph/touched.ts";
import { selectsSome } from "./growth/grow.ts";
import { orphansOf } from "./growth/orphans.ts";
import type { Waits } from "./records/lock.ts";
import { Records } from "./records/records.ts";
import type { BuildReport } from "./report.ts";
import { byNames, type Selects } from "./selection/select.ts";

/** What is to be built. */
export interface BuildPlan {
  /** Absolute. */
  readonly root: string;
  /** Modules and folders with targets; none for the whole project. */
  readonly paths: readonly string[];
  /** Which targets, decided when they are known; default: all. */
  readonly choose?: (graph: TargetGraph, records: Records, modules: readonly string[]) => Selects;
  readonly force: boolean | readonly string[];
  readonly maxFailures?: number;
  readonly outside?: boolean;
  /** What is on the disk is not checked: nothing is to be built. */
  readonly looksOnly?: boolean;
  /** What is wrong with the graph itself is given, and not thrown: it is to be seen. */
  readonly showsProblems?: boolean;
  readonly load?: LoadModule;
  /** Told of another build that has to end first; default: a warning of the process, if that may be gone. */
  readonly waits?: Waits;
}

export interface StartedBuild {
  readonly run: StartedRun;
  /** Rejects if the build was interrupted. */
  readonly report: Promise<BuildReport>;
  readonly graph: TargetGraph;
  /** These places have changed: gives up what they have made out of date, and gives its names. Nothing else ends. */
  changed(places: readonly string[]): readonly string[];
}

/** A project's targets, checked, with what is known of them. */
export interface Project {
  readonly facts: Facts;
  /** Those that are to be built, with all that they need. */
  readonly numbers: ReadonlySet<number>;
  readonly selected: Selects;
  readonly problems: readonly GraphProblem[];
}

/**
 * Collects targets and checks them.
 *
 * @throws GraphError, UsageError, ModuleLoadError
 */
export async function openProject(plan: BuildPlan, records: Records): Promise<Project> {
  const { paths, outside = false, root } = plan;
  const { targets, modules } = await collect(
    paths.length === 0 ? ["."] : paths,
    records.places,
    records.memo,
    plan.load,
  );
  const graph = new TargetGraph(records.places, targets);
  const facts = new Facts(graph, records, new TargetCode(root, records.memo), modules);
  const wrong = problemsOf(graph, { outside });
  if (plan.showsProblems !== true) throwIfAny(wrong, graph);
  const selected = plan.choose?.(graph, records, modules) ?? (() => true);
  const numbers = graph.withAncestors(chosen(facts, selected));
  if (plan.looksOnly === true) return { facts, numbers, selected, problems: located(wrong, graph) };
  const open = [...numbers].map(number => graph.nodes[number]!).filter(node => !facts.isUnchanged(node));
  throwIfAny(facts.problemsOf(open), graph);
  return { facts, numbers, selected, problems: [] };
}

/** Those that are selected, and those that have returned such as are. */
function* chosen({ graph, records }: Facts, selected: Selects): Generator<number> {
  for (const node of graph.nodes) {
    if (selected(node)) yield node.number;
    else {
      const row = records.rowOf(node.identity);
      const may = row < 0 || records.table.hasMore(row);
      const returned = may ? (records.get(node.identity)?.returned ?? []) : [];
      if (returned.length > 0 && selectsSome(returned, node.name, selected, records.places)) yield node.number;
    }
  }
}

export async function startBuild(plan: BuildPlan, settings: RunSettings): Promise<StartedBuild> {
  const records = await Records.open(plan.root, plan.waits ?? warnOfOther);
  let started: StartedRun;
  let building: Building;
  let project: Project;
  const began = performance.now();
  try {
    project = await openProject(plan, records);
    building = new Building(project.facts, {
      forced: forcedBy(plan.force, project.selected),
      selected: project.selected,
      outside: plan.outside === true,
      maxFailures: plan.maxFailures ?? Number.POSITIVE_INFINITY,
    });
    started = startRun(flowOf(building, project.numbers), [], { ...settings, root: plan.root, admission: building });
  } catch (error) {
    records.close();
    throw error;
  }
  const report = started.result
    .then(
      () => null,
      error => error as Error,
    )
    .then((error): BuildReport => {
      try {
        if (error !== null && !(error instanceof BuildFailedError)) throw error;
        const { targets, counts } = building.outcomes.report(project.facts.graph, records);
        const orphans = plan.paths.length === 0 ? orphansOf(project.facts) : [];
        return { ok: error === null, run: started.id, ms: performance.now() - began, targets, counts, orphans };
      } finally {
        records.close(project.facts.graph.nodes.map(({ identity }) => identity));
      }
    });
  const { facts } = project;
  const changed = (places: readonly string[]) => {
    const touched = touchedBy(facts.graph, places, ({ target }, place) => facts.code.reaches(target.family, place));
    return building.cancel(touched, `${places.join(", ")} changed`);
  };
  return { run: started, report, graph: facts.graph, changed };
}

const warnOfOther: Waits = (text, mayBeGone) => {
  if (mayBeGone) process.emitWarning(text);
};

function forcedBy(force: BuildPlan["force"], selected: Selects): (node: TargetNode) => boolean {
  if (typeof force !== "boolean") return byNames(force);
  return force ? selected : () => false;
}

/** The flow whose run the build is. */
function flowOf(building: Building, numbers: ReadonlySet<number>): Definition {
  const body = () => building.conduct(shared.ambient.getStore()!.scope as FlowScope, numbers);
  const where = "heddle build";
  return { kind: "flow", name: "build", identity: "#build", options: {}, fn: body, module: null, where, inside: null };
}

function throwIfAny(problems: readonly GraphProblem[], graph: TargetGraph): void {
  if (problems.length > 0) throw new GraphError(located(problems, graph));
}
