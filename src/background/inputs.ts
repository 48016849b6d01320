/** The inputs of a job, as bytes: what they were when `delay` was called, with holes for the results of other jobs. */
import { pack, packInputs, unpack, unpackInputs } from "../codec/pack.ts";
import type { PackedInputs, PackedValue } from "../codec/packed.ts";
import { readFrame } from "../codec/whole-frame.ts";
import { type Cursor, fromWire, inputsFromWire, inputsToWire, toWire } from "../codec/wire.ts";
import { ProtocolError, UsageError } from "../errors.ts";
import { isThenable } from "../run/adopted.ts";
import type { Job } from "../task/types.ts";
import { bytesOf } from "../workers/envelope.ts";
import { jobOf } from "./job.ts";
import { outcomeIn } from "./outcome.ts";

const [JOB, VALUE] = [0, 1];

/** What fills a hole: a job by its place in `after`, or a promise that is awaited before the job is stored. */
type Filling = { readonly job: number } | { readonly promise: PromiseLike<unknown> };

/** Inputs as they were when they were captured. */
export class JobCapture {
  /** The jobs among them. */
  readonly after: string[] = [];
  readonly #task: string;
  readonly #template: PackedInputs;
  readonly #fillings: Filling[] = [];
  readonly #slots = new Map<object, number>();

  /** @throws UncloneableError */
  constructor(task: string, inputs: readonly unknown[]) {
    this.#task = task;
    this.#template = packInputs(inputs, { task, role: "input" }, part => this.#slotOf(part));
  }

  /** Resolves when the promises among the inputs have. */
  async bytes(): Promise<Uint8Array> {
    const values = await Promise.all(this.#fillings.map(filling => ("promise" in filling ? filling.promise : null)));
    const wire: unknown[] = [];
    inputsToWire(this.#template, wire);
    wire.push(this.#fillings.length);
    for (const [at, filling] of this.#fillings.entries()) {
      if ("job" in filling) wire.push(JOB, filling.job);
      else {
        wire.push(VALUE);
        toWire(this.#packed(values[at]), wire);
      }
    }
    return bytesOf(wire);
  }

  #packed(value: unknown): PackedValue {
    const subject = { task: this.#task, role: "input" } as const;
    try {
      return pack(value, subject);
    } catch (error) {
      const jobs: Job<unknown>[] = [];
      packInputs([value], subject, part => {
        const job = jobOf(part);
        return job === undefined ? undefined : jobs.push(job) - 1;
      });
      throw jobs[0] === undefined ? error : withinPromise(jobs[0]);
    }
  }

  #slotOf(part: object): number | undefined {
    const known = this.#slots.get(part);
    if (known !== undefined) return known;
    const filling = this.#fillingOf(part);
    if (filling === null) return undefined;
    const slot = this.#fillings.push(filling) - 1;
    this.#slots.set(part, slot);
    return slot;
  }

  #fillingOf(part: object): Filling | null {
    const job = jobOf(part);
    if (job === undefined) return isThenable(part) ? { promise: part } : null;
    // What becomes of it is told to who asks for the new job.
    if (isThenable(part)) part.then(undefined, () => {});
    const at = this.after.indexOf(job.id);
    return { job: at >= 0 ? at : this.after.push(job.id) - 1 };
  }
}

/** In what a promise gives it is too late for a job to be waited for. */
function withinPromise(job: Job<unknown>): Error {
  return new UsageError({
    problem: `${String(job)} is within a promise, such as allowFailure(…) gives, among the inputs of another job`,
    hint: "Hand it over as it is. That it may fail and the other yet runs is not possible: let its task give the failure as a value, or another job await result() and catch.",
  });
}

/** How a job ended whose result is among the inputs. */
export interface Upstream {
  readonly id: string;
  readonly outcome: Uint8Array;
}

/** The arguments for the task's function, given how the jobs ended whose results are among them. */
export function inputsIn(bytes: Uint8Array, upstream: readonly Upstream[]): unknown[] {
  return read(bytes, job => {
    const { id, outcome: bytes } = upstream[job]!;
    const outcome = outcomeIn(bytes, id);
    if (outcome.ok) return outcome.value;
    throw outcome.error;
  });
}

/** For people: jobs among them stand as their ids. */
export function shownInputs(bytes: Uint8Array, after: readonly string[]): unknown[] {
  return read(bytes, job => `result of job ${after[job]}`);
}

function read(bytes: Uint8Array, resultOf: (job: number) => unknown): unknown[] {
  const wire = readFrame(bytes, "the queue");
  const cursor: Cursor = { at: 0 };
  const template = inputsFromWire(wire, cursor);
  const slots: unknown[] = [];
  const count = wire[cursor.at++] as number;
  while (slots.length < count) {
    if (cursor.at >= wire.length) throw new ProtocolError({ from: "the queue", problem: "inputs are missing" });
    const kind = wire[cursor.at++];
    slots.push(kind === JOB ? resultOf(wire[cursor.at++] as number) : valueAt(wire, cursor));
  }
  return unpackInputs(template, slots);
}

function valueAt(wire: readonly unknown[], cursor: Cursor): unknown {
  const packed: PackedValue = fromWire(wire, cursor);
  return unpack(packed);
}
