/** What of a queue a worker lets in: whoever can write to it may have written anything. */
import { formatSize } from "../config/size.ts";
import { TooLargeError, UntrustedError } from "../errors.ts";
import type { Definition } from "../task/definition.ts";
import { checkOptions } from "../task/options.ts";
import { called } from "./outcome.ts";
import type { JobFacts, TakenJob } from "./queue.ts";
import { calledBy } from "./remote.ts";
import { SECRET_VARIABLE, secret } from "./secret.ts";
import { inputsOf } from "./signature.ts";

/** In bytes: what a job may bring along, unless one says otherwise. */
export const MOST_INPUTS = 256 * 1024 ** 2;

export interface Admitted {
  /** The task that the job is of, or of which it is a call. */
  readonly definition: Definition;
  readonly inputs: Uint8Array;
  /** As in `TakenJob`. */
  readonly upstream: readonly Uint8Array[];
}

/**
 * Checks a job before anything in it is decoded, or brought.
 *
 * @param known by identity: the tasks that the worker was started with.
 * @throws UntrustedError, TooLargeError, OptionError, BlobError
 */
export async function admit(job: TakenJob, known: Tasks, most: number): Promise<Admitted> {
  const { facts } = job;
  const { id, name, options } = facts;
  const size = job.size ?? job.upstream.reduce((sum, { byteLength }) => sum + byteLength, job.inputs.byteLength);
  const definition = admitted(facts, known, size, most);
  const { inputs, upstream } = (await job.bring?.()) ?? job;
  const payload = inputsOf(facts, called(name, id), inputs);
  checkOptions(definition.kind, name, options, false);
  if (secret() === null) checkPlace(called(name, id), options);
  return { definition, inputs: payload, upstream };
}

/**
 * The same for a batch of calls of a run, whose options say only what it is.
 *
 * @throws UntrustedError, TooLargeError
 */
export function admitCalls(
  facts: JobFacts,
  inputs: Uint8Array,
  known: Tasks,
  most: number,
): Omit<Admitted, "upstream"> {
  const definition = admitted(facts, known, inputs.byteLength, most);
  return { definition, inputs: inputsOf(facts, called(facts.name, facts.id), inputs) };
}

/**
 * The same for calls of a task that this worker does not know.
 *
 * @throws UntrustedError, TooLargeError
 */
export function admitSentCalls(facts: JobFacts, inputs: Uint8Array, most: number): Uint8Array {
  const what = called(facts.name, facts.id);
  if (secret() === null) {
    throw new UntrustedError({
      what,
      problem: "would have code run here that is not signed",
      hint: `Give this worker and all who use the queue the same ${SECRET_VARIABLE}.`,
    });
  }
  checkSize(facts, inputs.byteLength, most);
  return inputsOf(facts, what, inputs);
}

function admitted({ id, name, task }: JobFacts, known: Tasks, size: number, most: number): Definition {
  const what = called(name, id);
  const identity = calledBy(task) ?? task;
  const definition = known.get(identity);
  if (definition === undefined) {
    throw new UntrustedError({
      what,
      problem: `is of ${identity}, which the modules of this worker do not define`,
      hint: "A worker runs the tasks of the modules that it was started with, and no others. See who else may write to the queue.",
    });
  }
  checkSize({ id, name }, size, most);
  return definition;
}

function checkSize({ id, name }: Pick<JobFacts, "id" | "name">, size: number, most: number): void {
  if (size <= most) return;
  throw new TooLargeError({ what: called(name, id), size: formatSize(size), limit: formatSize(most) });
}

export type Tasks = ReadonlyMap<string, Definition>;

/** By these a job could have any command run, write anywhere, or send its calls anywhere. */
export function choosesPlace(options: Readonly<Record<string, unknown>>): string | undefined {
  const { runner } = options;
  const [option] = ["prefix", "store"].filter(key => options[key] !== undefined);
  return option ?? (typeof runner === "string" && runner.includes(":") ? "runner" : undefined);
}

function checkPlace(what: string, options: Readonly<Record<string, unknown>>): void {
  const option = choosesPlace(options);
  if (option === undefined) return;
  throw new UntrustedError({
    what,
    problem: `says by its option ${option} where it runs, and is not signed`,
    hint: "Set that option where the task is defined, or give all who use the queue a HEDDLE_SECRET.",
  });
}
