import { checkKeys } from "../config/nearest.ts";
import { shown } from "../config/shown.ts";
import { OptionError } from "../errors.ts";
import type { Runner } from "../task/runner.ts";
import { CustomSession, type RunContext } from "../workers/custom.ts";
import { countWorkers } from "./options.ts";

export interface RunnerDefinition {
  /** For display, and for `--runner`. */
  readonly name: string;
  /** How many calls it runs at once; `"auto"` is one a CPU. */
  readonly workers: number | "auto";
  /**
   * Whether the far side sees the same files under the same paths; default false: the files of targets are sent there
   * and back.
   */
  readonly sharesDisk?: boolean;
  /**
   * Has one attempt executed somewhere by `execute(bytes)` of `heddle/worker`, and gives the bytes that came of it.
   * Rejects when there is no outcome, which counts as a crash. `signal` is aborted on cancel and time-out. `answer`
   * takes what the far side's `ask` gives, and gives what that is to resolve with: for tasks that call tasks.
   */
  run(bytes: Uint8Array, context: RunContext): Promise<Uint8Array>;
}

/**
 * A runner of your own: heddle hands over each attempt as bytes, you see that they get to a Node process that can
 * import the task's module, and give back the bytes that it answers.
 *
 * @throws OptionError
 * @example
 * const remote = defineRunner({ name: "remote", workers: 8, run: (bytes, { signal }) => post(bytes, signal) });
 */
export function defineRunner(definition: RunnerDefinition): Runner {
  const where = "defineRunner(…)";
  checkKeys(definition, ["name", "workers", "sharesDisk", "run"], where);
  const { name } = definition;
  if (typeof name !== "string" || name === "" || typeof definition.run !== "function") {
    throw new OptionError({
      where,
      problem: `name is ${shown(name)} and run is ${shown(definition.run)}`,
      hint: "Write defineRunner({ name, workers, run: (bytes, { signal }) => … }).",
    });
  }
  const workers = countWorkers(definition.workers, where);
  const run = definition.run.bind(definition);
  const sharesDisk = definition.sharesDisk === true;
  return {
    name,
    workers,
    shared: false,
    sharesDisk,
    open: host => new CustomSession(host, name, workers, sharesDisk, run),
  };
}
