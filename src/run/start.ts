import { parseSize } from "../config/size.ts";
import { InterruptedError } from "../errors.ts";
import { errorFacts } from "../events/facts.ts";
import { FAILED } from "../graph/states.ts";
import type { AnyOptions, Definition } from "../task/definition.ts";
import { port } from "../task/port.ts";
import { shared } from "../task/shared.ts";
import { optionsOf } from "../task/task.ts";
import type { Future } from "../task/types.ts";
import { heddleVersion } from "../version.ts";
import { installCapture } from "../workers/capture.ts";
import "./cached/ask.ts";
import "./nested/forth.ts";
import { asError } from "./adopted.ts";
import { definitionFor, newRunId } from "./begin.ts";
import { openResumption } from "./cached/resumption.ts";
import type { CallFuture } from "./call.ts";
import { now } from "./clock.ts";
import { echo } from "./echo.ts";
import { Failure } from "./failure.ts";
import { rootOf } from "./place.ts";
import { watchRejections } from "./rejections.ts";
import { RootFuture } from "./root.ts";
import { Run } from "./run.ts";
import { FlowScope } from "./scope.ts";
import type { RunSettings, StartedRun } from "./settings.ts";

/** Starts a run of a task or flow, or of the definition of one, with these inputs. */
export function startRun(target: unknown, inputs: unknown[], settings: RunSettings = {}): StartedRun {
  const definition = definitionFor(target);
  const options = target === definition ? definition.options : optionsOf(target);
  const { id, future, interrupt } = begin(definition, options, inputs, settings);
  return { id, interrupt, result: future.result() };
}

interface Begun {
  readonly id: string;
  readonly future: RootFuture;
  interrupt(): void;
}

function begin(definition: Definition, options: AnyOptions, inputs: unknown[], settings: RunSettings): Begun {
  const id = newRunId();
  const root = settings.root ?? rootOf(definition);
  const readers = settings.quiet === true ? (settings.readers ?? []) : [...(settings.readers ?? []), echo];
  const folder = settings.cache?.folder ?? options.store;
  const cache = { ...settings.cache, ...(folder !== undefined && { folder }) };
  const bound = options.maxLiveBytes;
  const own = bound === undefined ? {} : { maxLiveBytes: parseSize(bound, `${definition.name}, maxLiveBytes`) };
  const run = new Run(id, root, { ...own, ...settings, cache, readers }, options.limits);
  const began = now();
  const frame = new FlowScope(run, definition.name, options, null, null);
  run.pools.prefixes.check(options.prefix);
  const resumption = openResumption(run, definition, settings);
  const undoCapture = installCapture("pass");
  const undoRejections = watchRejections(id, frame);
  const runner = run.pools.runnerOf(frame.pool);
  run.columns.emit({
    type: "runStarted",
    at: began,
    run: id,
    flow: definition.name,
    runner: runner.name,
    workers: Number.isFinite(runner.workers) ? runner.workers : null,
    heddle: heddleVersion(),
    node: process.version,
    inProcess: settings.inProcess === true,
  });
  const doubtful = [run.limits.doubtful, run.pools.prefixes.doubtful];
  for (const each of doubtful) for (const doubt of each.atStart(shared.definitions.values())) run.warn(doubt);
  const here = settings.runner === undefined;
  const planning = settings.planner !== undefined;
  const call = frame.submit(definition, options, inputs, here) as unknown as CallFuture;
  call.observe();
  const future = new RootFuture(call);
  let interrupted = false;

  const end = async () => {
    await run.attempts.rest();
    await run.pools.close();
    run.attempts.close();
    run.limits.shared?.close();
    await loadedOf(call);
    run.live?.close();
    const error = interrupted ? new InterruptedError() : (call.error ?? (await frame.unobserved()));
    const resumable = (await resumption?.end(error === undefined)) ?? 0;
    await run.directories.close();
    await run.gate?.kept.close();
    undoCapture();
    undoRejections();
    run.limits.tellUse();
    if (error === undefined && !planning) {
      for (const each of doubtful) for (const doubt of each.atEnd()) run.warn(doubt);
    }
    run.columns.emit({
      type: "runEnded",
      at: now(),
      state: interrupted ? "interrupted" : error === undefined ? "completed" : "failed",
      ms: now() - began,
      ...(error === undefined ? {} : { error: errorFacts(error) }),
      ...(resumable === 0 ? {} : { resumable }),
    });
    run.bus.flush();
    if (error === undefined) future.complete(call.kept);
    else future.fail(FAILED, error, new Failure(call.id, error));
  };
  let ending = false;
  const endOnce = () => {
    if (ending) return;
    ending = true;
    end().catch(error => future.fail(FAILED, asError(error, "run"), new Failure("run", asError(error, "run"))));
  };
  call.listen(endOnce);
  const interrupt = () => {
    if (ending || interrupted) return;
    interrupted = true;
    run.pools.interrupted();
    run.stopScope(frame, "the run was interrupted", true);
    setImmediate(endOnce);
  };
  return { id, future, interrupt };
}

port.start = (definition, options, inputs) =>
  begin(definition, options, inputs, {}).future as unknown as Future<unknown>;

/** Reads what the run gives from the store while that is open. If it cannot be read, who asks for it is told. */
async function loadedOf(call: CallFuture): Promise<void> {
  try {
    await call.materialise();
  } catch {}
}
