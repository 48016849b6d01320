/** Where the calls of a run are executed: command line, flow, config and default, in this order. */

import type { ConfiguredRunner, HeddleConfig, RunnerFactory, WorkerCount } from "../config/config.ts";
import { ConfigError, UnknownRunnerError, UsageError } from "../errors.ts";
import { BUILT_IN, runnerAt } from "../runners/built-in.ts";
import { port } from "../task/port.ts";
import type { Runner } from "../task/runner.ts";
import type { RunSettings } from "./settings.ts";

export interface PlaceWishes {
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

/** The runner for a run: `runner` for every flow in it, `fallback` for flows that name none. */
export function choosePlace(wishes: PlaceWishes): Pick<RunSettings, "runner" | "fallback"> {
  const { runner, workers, own, config } = wishes;
  if (runner !== undefined) return { runner: named(runner, wishes) };
  const wanted = own ?? config.runner;
  if (workers !== undefined) return { runner: wanted === undefined ? named("threads", wishes) : sized(wanted, wishes) };
  if (config.runner !== undefined) return { fallback: sized(config.runner, wishes) };
  return config.workers === undefined ? {} : { fallback: named("threads", wishes) };
}

/** All runners by name, for tasks and flows that name theirs. Each is made when somebody asks for it, once. */
export function runnersByName(config: HeddleConfig, configFile: string): Readonly<Record<string, Runner>> {
  const wishes = { workers: undefined, config, configFile };
  const runners: Record<string, Runner> = {};
  for (const name of namesOf(config)) {
    let made: Runner | undefined;
    Object.defineProperty(runners, name, {
      enumerable: true,
      get() {
        made ??= named(name, wishes);
        return made;
      },
    });
  }
  return runners;
}

function namesOf(config: HeddleConfig): string[] {
  return [...new Set([...Object.keys(BUILT_IN), ...Object.keys(config.runners ?? {})])];
}

type Sizing = Pick<PlaceWishes, "workers" | "config" | "configFile">;

function named(name: string, { workers, config, configFile }: Sizing): Runner {
  const count = workers ?? config.workers;
  const entry = Object.hasOwn(config.runners ?? {}, name) ? config.runners?.[name] : undefined;
  if (typeof entry === "function") return build(name, entry, count, configFile);
  if (entry !== undefined) {
    return sized(entry, { workers, config, configFile });
  }
  const make = Object.hasOwn(BUILT_IN, name) ? BUILT_IN[name] : undefined;
  const there = make === undefined ? (runnerAt(name) ?? port.runnerAt?.(name)) : undefined;
  if (there !== undefined && there !== null) return sized(there, { workers, config, configFile });
  if (make === undefined) throw new UnknownRunnerError({ name, choices: namesOf(config).join(", ") });
  return make(count);
}

/** A runner that was named or made elsewhere, with the number of workers that the command line wants. */
function sized(wanted: ConfiguredRunner | string, wishes: Sizing): Runner {
  if (typeof wanted === "string") return named(wanted, wishes);
  if (wishes.workers === undefined) return asRunner(wanted);
  const runner = asRunner(wanted);
  if (runner.resized === undefined) throw fixedSize(runner.name, wishes.workers);
  return runner.resized(wishes.workers);
}

function build(name: string, factory: RunnerFactory, workers: WorkerCount | undefined, configFile: string): Runner {
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

function fixedSize(name: string, workers: WorkerCount): Error {
  return new UsageError({
    problem: `-n ${workers} cannot change the runner "${name}": its number of workers is a part of its definition`,
    hint: `Leave out -n, or register under runners.${name} a function that defines it: that is given { workers }.`,
  });
}

/** The config room knows runners by their shape alone; this is where the shape becomes the type. */
function asRunner(runner: ConfiguredRunner): Runner {
  return runner as Runner;
}
