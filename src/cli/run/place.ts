/** Where the calls of a run are executed: command line, flow, config and default, in this order. */

import type { ConfiguredRunner, HeddleConfig, WorkerCount } from "../../config/config.ts";
import { ConfigError, UnknownRunnerError, UsageError } from "../../errors.ts";
import type { Runner } from "../../task/runner.ts";

export interface Wishes {
  /** `--runner`. */
  readonly runner: string | undefined;
  /** `-n`. */
  readonly workers: WorkerCount | undefined;
  /** What the flow itself names. */
  readonly own: Runner | string | undefined;
  readonly config: HeddleConfig;
  /** The config's file, for messages. */
  readonly configFile: string;
}

const BUILT_IN: Readonly<Record<string, (workers: WorkerCount | undefined) => Promise<Runner>>> = {
  inline: async workers => (await import("../../runners/inline.ts")).inline(concurrencyOf(workers)),
  threads: async workers => (await import("../../runners/threads.ts")).threads(workersOf(workers)),
  processes: async workers => (await import("../../runners/processes.ts")).processes(workersOf(workers)),
};

/** The runner for the run; undefined to leave it to the flow, which may name one itself. */
export async function choosePlace(wishes: Wishes): Promise<Runner | undefined> {
  const { runner, workers, own, config } = wishes;
  const count = workers ?? config.workers;
  if (runner !== undefined) return named(runner, count, wishes);
  if (typeof own === "string") return named(own, count, wishes);
  if (own !== undefined) return workers === undefined ? undefined : resized(own, workers);
  if (typeof config.runner === "string") return named(config.runner, count, wishes);
  if (config.runner !== undefined)
    return workers === undefined ? asRunner(config.runner) : resized(config.runner, workers);
  return count === undefined ? undefined : named("threads", count, wishes);
}

/** The config's runners by name, for tasks that name one. Factories run when somebody asks for theirs. */
export function configuredRunners(config: HeddleConfig, configFile: string): Readonly<Record<string, Runner>> {
  const runners: Record<string, Runner> = {};
  for (const [name, entry] of Object.entries(config.runners ?? {})) {
    let made: Runner | undefined;
    Object.defineProperty(runners, name, {
      enumerable: true,
      get() {
        made ??= typeof entry === "function" ? build(name, config.workers, { config, configFile }) : asRunner(entry);
        return made;
      },
    });
  }
  return runners;
}

async function named(name: string, workers: WorkerCount | undefined, wishes: Wishes): Promise<Runner> {
  const { config } = wishes;
  const entry = Object.hasOwn(config.runners ?? {}, name) ? config.runners?.[name] : undefined;
  if (typeof entry === "function") return build(name, workers, wishes);
  if (entry !== undefined) {
    if (wishes.workers !== undefined) throw fixedSize(name, wishes.workers);
    return asRunner(entry);
  }
  const builtIn = Object.hasOwn(BUILT_IN, name) ? BUILT_IN[name] : undefined;
  if (builtIn !== undefined) return builtIn(workers);
  throw new UnknownRunnerError({
    name,
    choices: [...Object.keys(BUILT_IN), ...Object.keys(config.runners ?? {})].join(", "),
  });
}

function build(
  name: string,
  workers: WorkerCount | undefined,
  { config, configFile }: Pick<Wishes, "config" | "configFile">,
): Runner {
  const factory = config.runners?.[name];
  if (typeof factory !== "function") throw new TypeError(`${name} is not made by a function`);
  let made: ConfiguredRunner;
  try {
    made = factory(workers === undefined ? {} : { workers });
  } catch (error) {
    throw new ConfigError(
      {
        file: configFile,
        problem: `the runner "${name}" could not be made: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`,
        hint: `Mend the function under runners.${name}.`,
      },
      { cause: error },
    );
  }
  if (typeof made === "object" && made !== null && typeof made.open === "function") return asRunner(made);
  throw new ConfigError({
    file: configFile,
    problem: `the function under runners.${name} did not return a runner`,
    hint: "It should return one at once, such as threads(), and not a promise of one.",
  });
}

/** A runner of heddle's own by another size; others set theirs where they are made. */
async function resized(runner: ConfiguredRunner, workers: WorkerCount): Promise<Runner> {
  const builtIn = Object.hasOwn(BUILT_IN, runner.name) ? BUILT_IN[runner.name] : undefined;
  if (builtIn === undefined) throw fixedSize(runner.name, workers);
  return builtIn(workers);
}

function fixedSize(name: string, workers: WorkerCount): Error {
  return new UsageError({
    problem: `-n ${workers} cannot change the runner "${name}", which is made with its number of workers`,
    hint: `Leave out -n, or register a function under runners.${name}: it is given { workers }.`,
  });
}

function workersOf(workers: WorkerCount | undefined): { workers?: WorkerCount } {
  return workers === undefined ? {} : { workers };
}

function concurrencyOf(workers: WorkerCount | undefined): { concurrency?: number } {
  return typeof workers === "number" ? { concurrency: workers } : {};
}

/** The config room knows runners by their shape alone; this is where the shape becomes the type. */
function asRunner(runner: ConfiguredRunner): Runner {
  return runner as Runner;
}
