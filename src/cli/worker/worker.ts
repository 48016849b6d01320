/** `heddle worker`: runs jobs until it is told to end. */
import { availableParallelism, hostname } from "node:os";
import path from "node:path";
import { MOST_INPUTS } from "../../background/admission.ts";
import { DEFAULT_QUEUE } from "../../background/delay.ts";
import { closeQueues, openQueue, QUEUE_VARIABLE } from "../../background/place.ts";
import { type JobWorker, startWorker } from "../../background/worker.ts";
import { findRoot } from "../../config/find.ts";
import { parseSize } from "../../config/size.ts";
import { UsageError } from "../../errors.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { readName } from "../jobs/names.ts";
import { queueFolder } from "../jobs/place.ts";
import { KEPT, readAge } from "../jobs/prune.ts";
import { loadModule } from "../run/load.ts";
import { locate } from "../run/locate.ts";
import { checkBundles, checkModules } from "./bundles.ts";
import { checkEngine, type Engine } from "./engine.ts";
import { type Lookout, openLookout, tellMisspelt } from "./lookout.ts";
import { openReport, type WorkerReport } from "./report.ts";
import { type PlaceFlags, runSettings } from "./settings.ts";
import { onSignals, type Signals } from "./signals.ts";

export interface WorkerFlags extends PlaceFlags {
  readonly engine?: Engine;
  readonly concurrency?: string;
  readonly queue?: readonly string[];
  readonly maxInputs?: string;
  readonly keep?: string;
  readonly bundles?: boolean;
  readonly untilIdle?: boolean;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** In milliseconds. */
const FORGETTING = 60 * 60_000;

export async function worker(files: readonly string[], flags: WorkerFlags): Promise<ExitCode> {
  const concurrency = readConcurrency(flags.concurrency);
  const maxInputs = flags.maxInputs === undefined ? MOST_INPUTS : parseSize(flags.maxInputs, "--max-inputs");
  const keep = readAge(flags.keep ?? KEPT, "--keep");
  const queues = [...new Set(flags.queue ?? [DEFAULT_QUEUE])].map(queue => readName(queue, "--queue"));
  const bundles = flags.bundles === true;
  checkModules(files, bundles);
  const root = await load(files);
  const folder = queueFolder(flags, () => root);
  checkEngine(flags.engine, folder);
  if (bundles) checkBundles(folder);
  // What its jobs delay, on whichever worker, comes into the same queue.
  process.env[QUEUE_VARIABLE] = folder;
  const run = await runSettings(flags, root, folder);
  const report = openReport(flags);
  const queue = await openQueue(folder);
  const name = `${hostname()}:${process.pid}`;
  const signals = onSignals();
  const started = await startWorker(queue, { name, queues, concurrency, maxInputs, bundles, run, ...report });
  if (started.tasks.length === 0 && files.length > 0) {
    throw new UsageError({
      problem: `There is no task or flow in ${files.join(", ")}, so that no job could ever run`,
      hint: "Name the modules that define the tasks whose calls were delayed.",
    });
  }
  report.ready(started.tasks, queues, concurrency, queue.place, bundles);
  const forget = () => void queue.forget(Date.now() - keep).catch(report.troubled);
  forget();
  await tellMisspelt(queue, queues, report).catch(report.troubled);
  const lookout = openLookout(started, report, flags);
  const timer = setInterval(forget, FORGETTING);
  const code = await untilTold(started, flags, signals, report, lookout);
  clearInterval(timer);
  lookout.end();
  report.flush();
  await closeQueues();
  return code;
}

/** Loads the modules, and gives the root of the project of the first. */
async function load(files: readonly string[]): Promise<string> {
  let root: string | undefined;
  for (const given of files) {
    const { file, shown, name } = await locate(given);
    if (name !== undefined) {
      throw new UsageError({ problem: `${given} names a task`, hint: `Name the module alone: ${shown}` });
    }
    root ??= findRoot(path.dirname(file));
    await loadModule(file, shown);
  }
  return root ?? findRoot(process.cwd());
}

/** Works until it is told to end, and has done so: in order at the first signal, at once at the second. */
async function untilTold(
  worker: JobWorker,
  { untilIdle }: WorkerFlags,
  signals: Signals,
  report: WorkerReport,
  lookout: Lookout,
): Promise<ExitCode> {
  const idle = untilIdle === true ? worker.idle() : new Promise<never>(() => {});
  await Promise.race([idle, signals.first]);
  if (signals.count > 0) report.draining();
  else await lookout.look();
  const drained = worker.drain().then(() => EXIT.ok);
  const now = signals.second.then(async () => {
    await worker.abandon();
    return EXIT.interrupted;
  });
  const code = await Promise.race([drained, now]);
  signals.release();
  return code;
}

function readConcurrency(text: string | undefined): number {
  if (text === undefined) return availableParallelism();
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new UsageError({
    problem: `--concurrency ${text} is not a number of jobs`,
    hint: "Give a whole number of at least 1.",
  });
}
