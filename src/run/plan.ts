import { Plan } from "../graph/plan.ts";
import type { AnyOptions, Definition } from "../task/definition.ts";
import { optionsOf } from "../task/task.ts";
import { definitionFor, newRunId } from "./begin.ts";
import { Planner, unknownOf } from "./cached/planner.ts";
import type { CallFuture } from "./call.ts";
import { rootOf } from "./place.ts";
import { returning } from "./returning.ts";
import { Run } from "./run.ts";
import { FlowScope } from "./scope.ts";
import type { RunSettings } from "./settings.ts";

/** How long a flow may do things of its own, such as reading a file, without making a call. */
const PATIENCE = 2000;
const TURNS = 3;

/**
 * What a run of this task or flow would do. The functions of flows run, up to where they await what would have to be
 * computed; no task does.
 */
export async function planRun(
  target: unknown,
  inputs: unknown[],
  settings: RunSettings = {},
  given?: AnyOptions,
): Promise<Plan> {
  const definition: Definition = definitionFor(target);
  const options = given ?? (target === definition ? definition.options : optionsOf(target));
  const planner = new Planner();
  const folder = settings.cache?.folder ?? options.store;
  const cache = { ...settings.cache, ...(folder !== undefined && { folder }) };
  const run = new Run(newRunId(), settings.root ?? rootOf(definition), {
    ...settings,
    cache,
    planner,
    inProcess: false,
  });
  const frame = new FlowScope(run, definition.name, options, null, null);
  returning.watch();
  const call = frame.submit(definition, options, inputs, true) as unknown as CallFuture;
  call.observe();
  await quiet(call, planner).finally(() => returning.unwatch());
  const plan = planOf(run, planner);
  const { error } = call;
  run.stopScope(frame, "it was only planned", true);
  await run.pools.close();
  run.attempts.close();
  await run.gate?.kept.close();
  if (error !== undefined) throw error;
  return plan;
}

function planOf(run: Run, planner: Planner): Plan {
  const calls = planner.calls();
  const edges = planner.edges();
  const scopes = [...run.scopes];
  for (const job of [...run.jobs]) {
    const { number } = job.spec.scope;
    const parent = number === null ? null : `${job.spec.scope.name}-${number}`;
    const unknown = unknownOf(job, parent);
    calls.push(unknown.call);
    edges.push(...unknown.edges);
  }
  const unfinished = scopes
    .filter(scope => scope.number !== null && !scope.returned)
    .map(scope => `${scope.name}-${scope.number}`);
  return new Plan({ calls, edges, unfinished });
}

/** Resolves when the flow has ended, or nothing more happens although it could. */
async function quiet(call: CallFuture, planner: Planner): Promise<void> {
  const before = resources();
  let learnt = -1;
  let still = 0;
  let since = performance.now();
  while (!call.isSettled && still < TURNS) {
    await new Promise(resolve => setImmediate(resolve));
    if (planner.learnt !== learnt) {
      learnt = planner.learnt;
      still = 0;
      since = performance.now();
    } else if (planner.reading > 0 || (busy(before) && performance.now() - since < PATIENCE)) {
      still = 0;
      await new Promise(resolve => setTimeout(resolve, 2));
    } else still++;
  }
}

function resources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of process.getActiveResourcesInfo()) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** Whether this process waits for more than it did before: a file, a socket, a timer. */
function busy(before: ReadonlyMap<string, number>): boolean {
  for (const [name, count] of resources()) if (count > (before.get(name) ?? 0)) return true;
  return false;
}
