/**
 * A worker that serves a queue: a run without an end, of which each job is a call, so that limits, rates and the workers
 * of runners are the same for all of them. Flows that have settings which only a run of its own can have get one.
 */

import { TimeoutError } from "../errors.ts";
import { definitionFor } from "../run/begin.ts";
import type { FlowScope } from "../run/scope.ts";
import type { RunSettings } from "../run/settings.ts";
import { startRun } from "../run/start.ts";
import { processes } from "../runners/processes.ts";
import type { AnyOptions, Definition } from "../task/definition.ts";
import { shared } from "../task/shared.ts";
import { admit, MOST_INPUTS, type Tasks } from "./admission.ts";
import { Begins } from "./begins.ts";
import { callService } from "./calls.ts";
import { inputsIn } from "./inputs.ts";
import { badEnd, endOf } from "./outcome.ts";
import { Output, Outputs, outputOfRun } from "./output.ts";
import {
  GivenBack,
  type JobEnd,
  type JobFacts,
  type JobsWaiting,
  type Queue,
  type Service,
  type Serving,
  type TakenJob,
} from "./queue.ts";
import { callOf } from "./remote.ts";
import { remoteAsk, remoteCall, remoteKeep } from "./remote-call.ts";
import { SentCode } from "./sent-code.ts";
import { signedEnd } from "./signature.ts";
import type { Stop } from "./stop.ts";
import { unserved } from "./unserved.ts";
import { whileWanted } from "./wanted.ts";

export interface WorkerSettings {
  /** As those who look at jobs see it. */
  readonly name: string;
  readonly queues: readonly string[];
  readonly concurrency: number;
  /** In bytes: jobs that bring along more fail. */
  readonly maxInputs?: number;
  /** Whether it takes calls of tasks that it does not know, and asks their runs for the code. */
  readonly bundles?: boolean;
  readonly run: RunSettings;
  /** A job is about to be executed. */
  began(job: JobFacts): void;
  /** It has ended, after so many milliseconds. */
  ended(job: JobFacts, end: JobEnd, ms: number): void;
  /** It goes back to the queue, after so many milliseconds, as this worker ends. */
  gaveBack(job: JobFacts, ms: number): void;
  troubled(error: Error): void;
  /** What it was troubled by is over. */
  recovered?(): void;
}

export interface JobWorker extends Serving {
  /** The tasks that it takes. */
  readonly tasks: readonly Definition[];
  /** What waits in its queues for others, as it does not know the tasks. */
  unserved(): Promise<readonly JobsWaiting[]>;
}

/** Serves a queue with the tasks that this process has loaded. */
export async function startWorker(queue: Queue, settings: WorkerSettings): Promise<JobWorker> {
  const own = [remoteCall, remoteAsk, remoteKeep].map(definitionFor);
  const tasks = [...shared.definitions.values()].filter(each => each.module !== null && !own.includes(each));
  const known = new Map(tasks.map(each => [each.identity, each]));
  const outputs = new Outputs();
  const readers = [...(settings.run.readers ?? []), outputs.reader];
  const begins = new Begins(definitionFor(remoteCall).options);
  const frame = await openFrame({ ...settings.run, readers: [...readers, begins.reader] }, outputs, known);
  const runner = processes({ workers: settings.concurrency });
  const open = () => openFrame({ ...settings.run, runner, readers }, outputs, known);
  const sent = settings.bundles === true ? new SentCode(open) : null;
  const service: Service = {
    name: settings.name,
    queues: settings.queues,
    tasks: tasks.flatMap(({ identity }) => [identity, callOf(identity), callOf(identity, true)]),
    takesCode: sent !== null,
    concurrency: settings.concurrency,
    troubled: settings.troubled,
    recovered: () => settings.recovered?.(),
    calls: callService(frame.scope, known, settings, begins, sent),
    async execute(job, stop) {
      const began = performance.now();
      const { facts } = job;
      const isGivenBack = () => stop.reason instanceof GivenBack;
      const unhear = stop.hear(() => {
        if (isGivenBack()) settings.gaveBack(facts, performance.now() - began);
      });
      settings.began(facts);
      const ended = signedEnd(facts.id, await execute(job, stop, frame, settings));
      const end = (await job.keep?.(ended)) ?? ended;
      unhear();
      if (!isGivenBack()) settings.ended(facts, end, performance.now() - began);
      return end;
    },
  };
  const serving = await queue.serve(service);
  return {
    tasks,
    unserved: () => unserved(queue, service),
    async drain() {
      await serving.drain();
      await sent?.close();
      await frame.close();
    },
    idle: () => serving.idle(),
    async abandon() {
      await serving.abandon();
      sent?.interrupt();
      frame.interrupt();
    },
  };
}

interface Frame {
  readonly tasks: Tasks;
  readonly scope: FlowScope;
  readonly outputs: Outputs;
  close(): Promise<void>;
  interrupt(): void;
}

/** The run to which jobs belong. */
async function openFrame(settings: RunSettings, outputs: Outputs, tasks: Tasks): Promise<Frame> {
  let close = () => {};
  const closed = new Promise<void>(resolve => {
    close = resolve;
  });
  const { promise: opened, resolve: open } = withResolvers<FlowScope>();
  const definition: Definition = {
    kind: "flow",
    name: "worker",
    identity: "#worker",
    options: {},
    fn: () => {
      open(shared.ambient.getStore()!.scope as FlowScope);
      return closed;
    },
    module: null,
    where: "heddle worker",
    inside: null,
  };
  const run = startRun(definition, [], settings);
  const ended = run.result.catch(() => {});
  const scope = await Promise.race([opened, run.result.then(() => opened)]);
  return {
    tasks,
    scope,
    outputs,
    async close() {
      close();
      await ended;
    },
    interrupt: () => run.interrupt(),
  };
}

async function execute(
  job: TakenJob,
  stop: Stop,
  { tasks, scope, outputs }: Frame,
  { run, maxInputs = MOST_INPUTS }: WorkerSettings,
): Promise<JobEnd> {
  const { name } = job.facts;
  try {
    const { definition, inputs: payload, upstream: results } = await admit(job, tasks, maxInputs);
    const { after } = job.facts;
    const upstream = results.map((outcome, i) => ({ id: after[i]!, outcome }));
    const inputs = inputsIn(payload, upstream);
    const options = optionsOf(definition, job.facts);
    if (isApart(definition, options)) return await executeApart({ ...definition, options }, inputs, stop, run);
    let output = new Output();
    const call = scope.submit(definition, options, inputs, false, ({ number }) => {
      output = outputs.begin(number);
    });
    const outcome = await whileWanted(call, stop);
    scope.run.bus.flush();
    return { ...endOf(name, call.state, outcome), output: outputs.end(output) };
  } catch (error) {
    return badEnd(name, "failed", error as Error);
  }
}

/** Those of the task as they are, where the job has none of its own: a run prepares for each set of options once. */
function optionsOf({ options }: Definition, { options: own, priority }: JobFacts): AnyOptions {
  if (Object.keys(own).length === 0 && priority === (options.priority ?? 0)) return options;
  return { ...options, ...own, priority };
}

/** Whether a flow names what only the flow that is run may name. */
function isApart({ kind }: Definition, { limits, maxLiveBytes, store }: AnyOptions): boolean {
  return kind === "flow" && (limits !== undefined || maxLiveBytes !== undefined || store !== undefined);
}

async function executeApart(
  definition: Definition,
  inputs: unknown[],
  stop: Stop,
  settings: RunSettings,
): Promise<JobEnd> {
  const output = outputOfRun();
  const run = startRun(definition, inputs, { ...settings, readers: [...(settings.readers ?? []), output.reader] });
  const unhear = stop.hear(() => run.interrupt());
  try {
    const value = await run.result;
    return { ...endOf(definition.name, "completed", { ok: true, value }), output: output.text };
  } catch (error) {
    const state = stop.reason !== null ? "cancelled" : error instanceof TimeoutError ? "timedOut" : "failed";
    return { ...badEnd(definition.name, state, error as Error), output: output.text };
  } finally {
    unhear();
  }
}

function withResolvers<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>(yes => {
    resolve = yes;
  });
  return { promise, resolve };
}
