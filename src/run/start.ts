import { randomBytes } from "node:crypto";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { InterruptedError, UsageError } from "../errors.ts";
import { errorFacts } from "../events/facts.ts";
import { FAILED } from "../graph/states.ts";
import type { AnyOptions, Definition } from "../task/definition.ts";
import { packageOf } from "../task/identity.ts";
import { callerOf } from "../task/location.ts";
import { park } from "../task/park.ts";
import { port } from "../task/port.ts";
import { shared } from "../task/shared.ts";
import { definitionOf, optionsOf, unnamedFlow } from "../task/task.ts";
import type { FlowOptions, Future, Resolved } from "../task/types.ts";
import { heddleVersion } from "../version.ts";
import { installCapture } from "../workers/capture.ts";
import { asError } from "./adopted.ts";
import type { CallFuture } from "./call.ts";
import { now } from "./clock.ts";
import { echo } from "./echo.ts";
import { Failure } from "./failure.ts";
import { watchRejections } from "./rejections.ts";
import { RootFuture } from "./root.ts";
import { Run } from "./run.ts";
import { FlowScope } from "./scope.ts";
import type { RunSettings, StartedRun } from "./settings.ts";

/** Starts a run of a task or flow, or of the definition of one, with these inputs. */
export function startRun(target: unknown, inputs: unknown[], settings: RunSettings = {}): StartedRun {
  const definition = isDefinition(target) ? target : definitionOf(target);
  if (definition === undefined) {
    throw new UsageError({ problem: "only a task or a flow can be run", hint: "Wrap the function in task or flow." });
  }
  const options = isDefinition(target) ? target.options : optionsOf(target);
  const { id, future, interrupt } = begin(definition, options, inputs, settings);
  return { id, interrupt, result: future.result() };
}

function isDefinition(target: unknown): target is Definition {
  return typeof target === "object" && target !== null && "identity" in target && "fn" in target;
}

/**
 * Runs a function as a flow without a name.
 *
 * @example
 * const squares = await run(() => square.map([1, 2, 3]));
 */
export function run<R>(body: () => R | PromiseLike<R>): Promise<Resolved<R>>;
export function run<R>(options: FlowOptions, body: () => R | PromiseLike<R>): Promise<Resolved<R>>;
export function run(...parts: unknown[]): Promise<unknown> {
  const ambient = shared.ambient.getStore();
  if (ambient === undefined && shared.mode === "loading") return Promise.resolve(park("run(…)", callerOf(run)));
  return Promise.resolve(unnamedFlow(parts.length > 1 ? parts[0] : {}, parts[parts.length - 1])());
}

interface Begun {
  readonly id: string;
  readonly future: RootFuture;
  interrupt(): void;
}

function begin(definition: Definition, options: AnyOptions, inputs: unknown[], settings: RunSettings): Begun {
  const id = runId();
  const root = settings.root ?? rootOf(definition);
  const readers = settings.quiet === true ? (settings.readers ?? []) : [...(settings.readers ?? []), echo];
  const run = new Run(id, root, { ...settings, readers });
  const began = now();
  const frame = new FlowScope(run, definition.name, options, null, null);
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
  const here = settings.runner === undefined;
  const call = frame.submit(definition, options, inputs, here) as unknown as CallFuture;
  call.observe();
  const future = new RootFuture(call);
  let interrupted = false;

  const end = async () => {
    await run.pools.close();
    run.attempts.close();
    const error = interrupted ? new InterruptedError() : (call.error ?? (await frame.unobserved()));
    undoCapture();
    undoRejections();
    run.columns.emit({
      type: "runEnded",
      at: now(),
      state: interrupted ? "interrupted" : error === undefined ? "completed" : "failed",
      ms: now() - began,
      ...(error === undefined ? {} : { error: errorFacts(error) }),
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
    run.stopScope(frame, "the run was interrupted", true);
    setImmediate(endOnce);
  };
  return { id, future, interrupt };
}

port.start = (definition, options, inputs) =>
  begin(definition, options, inputs, {}).future as unknown as Future<unknown>;

function runId(): string {
  const stamp = new Date().toISOString().replace(/[-:T]/g, "").slice(0, 14);
  return `${stamp}-${randomBytes(3).toString("hex")}`;
}

function rootOf(definition: Definition): string {
  if (definition.module === null) return process.cwd();
  const folder = dirname(fileURLToPath(definition.module));
  return packageOf(folder)?.root ?? folder;
}
