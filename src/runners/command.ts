import { type CommandLine, filled, placeholdersOf, wordsOf } from "../config/command.ts";
import { checkKeys } from "../config/nearest.ts";
import type { CommandPlace } from "../config/prefix.ts";
import { shown } from "../config/shown.ts";
import { OptionError } from "../errors.ts";
import type { Host, Runner, RunnerSession } from "../task/runner.ts";
import type { CommandSettings } from "../workers/command/start.ts";
import { LateSession } from "../workers/late.ts";
import type { PoolOptions } from "../workers/pool-options.ts";
import { keepsWorkers, type RecyclingLimits } from "../workers/recycling.ts";
import { checkCount, checkEnv, countWorkers, moduleUrl } from "./options.ts";
import { type RecyclingOptions, recyclingKeys, recyclingLimits } from "./recycling.ts";

export interface CommandOptions extends CommandPlace, RecyclingOptions {
  /**
   * What runs the worker, which follows it: `"srun --gres=gpu:1"`, or the words. A string is split as a shell would
   * split it, and no shell runs it.
   */
  readonly prefix: CommandLine;
}

const KEYS = ["prefix", "per", "workers", "cancel", "job", "queues", "node", "env", "init", ...recyclingKeys];
const JOB = /\bjob\D{0,20}?(\d+)/i;
/** Placeholders, besides the amounts of labels. */
const OF_CALL = ["dir", "task", "id", "run", "attempt", "script", "worker"];
const OF_WORKER = ["run", "worker"];

/**
 * Runs calls in workers that a command starts: a scheduler such as Slurm, a container, another machine. Per call files
 * are exchanged in a folder that both sides see; per worker both sides talk over the command's standard streams.
 *
 * @throws OptionError
 * @example
 * const nice = command({ prefix: "nice -n 10", per: "worker", workers: 2 });
 * await run({ runner: nice }, () => convert.map(files));
 */
export function command(options: CommandOptions): Runner {
  return commandNamed("command", options, "command(…)");
}

/** The same under another name, as for the prefix of a label. `where` begins what errors say. */
export function commandNamed(name: string, options: CommandOptions, where: string): Runner {
  checkKeys(options, KEYS, where);
  const perWorker = isPerWorker(options, where);
  const limits = perWorker ? recyclingLimits(options, where) : noRecycling(options, where);
  const workers =
    perWorker || options.workers !== undefined ? countWorkers(options.workers, where) : Number.POSITIVE_INFINITY;
  return runnerOf(name, settingsOf(options, where), { perWorker, workers, limits, where, options });
}

interface Form {
  readonly perWorker: boolean;
  readonly workers: number;
  readonly limits: RecyclingLimits;
  readonly where: string;
  readonly options: CommandOptions;
}

function runnerOf(name: string, settings: CommandSettings, form: Form): Runner {
  const { perWorker, workers, limits, where, options } = form;
  const init = moduleUrl(options.init, where);
  const own = JSON.stringify([settings.prefix, settings.cancel]);
  const fits = new Map<string, Runner>();
  const open = (host: Host): RunnerSession => {
    if (!perWorker) return new LateSession(host, () => loadPerCall(name, settings, workers, init));
    return new LateSession(host, () => loadPerWorker(name, settings, { name, workers, concurrency: 1, init, limits }));
  };
  const runner: Runner = {
    name,
    workers,
    shared: false,
    resized: count => commandNamed(name, { ...options, workers: count }, where),
    fitted(labels) {
      const fit = fittedTo(settings, labels, perWorker ? OF_WORKER : OF_CALL, where);
      const key = JSON.stringify([fit.prefix, fit.cancel]);
      if (key === own) return runner;
      const known = fits.get(key) ?? runnerOf(name, fit, form);
      fits.set(key, known);
      return known;
    },
    open,
  };
  return runner;
}

async function loadPerCall(name: string, settings: CommandSettings, workers: number, init: string | null) {
  const { CommandSession } = await import("../workers/command/session.ts");
  return (host: Host) => new CommandSession(host, name, settings, workers, init);
}

async function loadPerWorker(name: string, settings: CommandSettings, options: PoolOptions) {
  const [{ Pool }, { CommandTransport }] = await Promise.all([
    import("../workers/pool.ts"),
    import("../workers/command/transport.ts"),
  ]);
  return (host: Host) => new Pool(host, new CommandTransport(host, name, settings), options);
}

/** The amounts of a call's labels filled in; what is unknown then is a mistake. */
function fittedTo(
  settings: CommandSettings,
  labels: ReadonlyMap<string, number>,
  fixed: readonly string[],
  where: string,
): CommandSettings {
  const amounts = new Map([...labels].filter(([label]) => !fixed.includes(label) && label !== "job"));
  const known = [...fixed, ...amounts.keys()];
  checkPlaceholders(settings.prefix, known, where);
  checkPlaceholders(settings.cancel ?? [], [...known, "job"], `${where}, cancel`);
  const { prefix, cancel } = settings;
  return { ...settings, prefix: filled(prefix, amounts), cancel: cancel === null ? null : filled(cancel, amounts) };
}

/** @throws OptionError for a placeholder that is not known. */
export function checkPlaceholders(words: readonly string[], known: readonly string[], where: string): void {
  const unknown = placeholdersOf(words).find(name => !known.includes(name));
  if (unknown === undefined) return;
  throw new OptionError({
    where,
    problem: `there is nothing to put in the place of {${unknown}}`,
    hint: `There are: ${[...new Set(known)].map(name => `{${name}}`).join(", ")}. A label of the call gives its amount.`,
  });
}

/** What a prefix may hold of its own, and of labels if a task has them. */
export function placeholdersFor(options: Pick<CommandOptions, "per">): readonly string[] {
  return options.per === "worker" ? OF_WORKER : OF_CALL;
}

function settingsOf(options: CommandOptions, where: string): CommandSettings {
  const { cancel, job = JOB, queues = cancel !== undefined, node = process.execPath, env } = options;
  checkEnv(env, where);
  const possible = (good: boolean, key: string, value: unknown, hint: string) => {
    if (good) return;
    throw new OptionError({ where: `${where}, ${key}`, problem: `${shown(value)} is not possible`, hint });
  };
  possible(job instanceof RegExp, "job", job, "Give a regular expression, such as /job (\\d+)/.");
  possible(typeof queues === "boolean", "queues", queues, "Give true or false.");
  possible(typeof node === "string" && node !== "", "node", node, 'Give a path, or a name such as "node".');
  return {
    prefix: wordsOf(options.prefix, where),
    cancel: cancel === undefined ? null : wordsOf(cancel, `${where}, cancel`),
    job,
    queues,
    node,
    env,
  };
}

function isPerWorker({ per = "call", workers }: CommandOptions, where: string): boolean {
  if (per !== "call" && per !== "worker") {
    const hint = 'Give "call" or "worker".';
    throw new OptionError({ where: `${where}, per`, problem: `${shown(per)} is not possible`, hint });
  }
  if (workers !== undefined && workers !== "auto") checkCount(workers, `${where}, workers`, "Give a whole number.");
  return per === "worker";
}

function noRecycling(options: RecyclingOptions, where: string): RecyclingLimits {
  const given = recyclingKeys.find(key => options[key as keyof RecyclingOptions] !== undefined);
  if (given === undefined) return keepsWorkers;
  throw new OptionError({
    where: `${where}, ${given}`,
    problem: "each call has a worker of its own",
    hint: 'Leave it out, or start a command for each worker: per: "worker".',
  });
}
