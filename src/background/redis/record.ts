/** A job as Redis keeps it: what was given as JSON, what becomes of it in fields of their own. */
import type { CallState } from "../../task/types.ts";
import type { JobFacts, NewJob } from "../queue.ts";

export type Given = Omit<NewJob, "id" | "inputs" | "idempotencyKey">;

/** What of a job is read to know how it stands. */
export const FACTS: readonly string[] = [
  "given",
  "state",
  "missing",
  "life",
  "addedAt",
  "startedAt",
  "endedAt",
  "attempts",
  "losses",
  "worker",
  "problem",
  "cancelled",
  "stops",
];

export interface RedisJob extends JobFacts {
  readonly life: number;
  /** Why it is to be cancelled, while a worker has it. */
  readonly cancelled: string | null;
  /** Of calls of a run: why some are to be cancelled, by their places. */
  readonly stops: Readonly<Record<string, string>>;
}

/** `values`: of the fields, in their order. */
export function jobFrom(id: string, values: readonly (string | null)[]): RedisJob | null {
  const [text, state, missing, life, addedAt, startedAt, endedAt, attempts, losses, worker, problem, cancelled, stops] =
    values;
  if (text == null || state == null) return null;
  const given = givenIn(text);
  if (given === null) return null;
  const { task, name, queue, priority, notBefore, options, restart, after } = given;
  // Field by field: to spread what was given into an object with so many others takes twenty times as long.
  return {
    id,
    task,
    name,
    queue,
    priority,
    notBefore,
    options,
    restart,
    after,
    state: stateOf(state as CallState, missing === "0", given),
    addedAt: Number(addedAt),
    startedAt: startedAt == null ? null : Number(startedAt),
    endedAt: endedAt == null ? null : Number(endedAt),
    attempts: Number(attempts),
    losses: Number(losses),
    worker: worker ?? null,
    problem: problem ?? null,
    cancelled: cancelled ?? null,
    stops: stops == null ? {} : (JSON.parse(stops) as Record<string, string>),
    life: Number(life),
  };
}

/** Jobs that follow each other are mostly alike. */
let last: readonly [text: string, given: Given | null] = ["", null];

function givenIn(text: string): Given | null {
  if (text !== last[0]) last = [text, read(text)];
  return last[1];
}

/** What was written there by something else is no job. */
function read(text: string): Given | null {
  try {
    const given = JSON.parse(text) as Given;
    const { task, name, queue, priority, notBefore, options, after } = given;
    const isRecord = typeof options === "object" && options !== null && !Array.isArray(options);
    const texts: readonly unknown[] = [task, name, queue, ...after];
    const numbers: readonly unknown[] = [priority, notBefore];
    const isWell = isRecord && Array.isArray(after) && texts.every(each => typeof each === "string");
    return isWell && numbers.every(each => typeof each === "number") ? given : null;
  } catch {
    return null;
  }
}

/** BullMQ sees to it that a job starts when its time has come; nobody writes that down. */
function stateOf(state: CallState, hasAll: boolean, { notBefore }: Given): CallState {
  return state === "pending" && hasAll && notBefore <= Date.now() ? "queued" : state;
}

/** Jobs of one task in one queue stand in a line, which is a queue of BullMQ: workers only look at lines they know. */
export function lineOf({ queue, task }: Pick<Given, "queue" | "task">): string {
  return `${plain(queue)} ${plain(task)}`;
}

/** The queue and the task of a line. */
export function lineIn(name: string): Pick<Given, "queue" | "task"> {
  const [queue = "", task = ""] = name.split(" ").map(decodeURIComponent);
  return { queue, task };
}

function plain(text: string): string {
  return text.replace(/[%:\s]/g, each => encodeURIComponent(each === ":" ? ":" : each));
}

/** BullMQ's name of a life of a job. */
export function deliveryOf(id: string, life: number | string): string {
  return `${id}-${life}`;
}

/** The same of several jobs that BullMQ gives out as one; it is the first of them that names it. */
export function deliveryOfMany(id: string, life: number | string, count: number): string {
  return `${deliveryOf(id, life)}-${count}`;
}

/** The ids and lives of the jobs in what BullMQ has given out. */
export function deliveredIn(delivery: string, data: unknown): readonly (readonly [id: string, life: string])[] {
  const isPair = (one: unknown) =>
    Array.isArray(one) && one.length === 2 && one.every(each => typeof each === "string");
  if (Array.isArray(data) && data.every(isPair)) return data as [string, string][];
  const [id = "", life = ""] = delivery.split("-");
  return [[id, life]];
}

/** How many jobs are in what BullMQ calls so. */
export function countIn(delivery: string): number {
  return Number(delivery.split("-")[2] ?? 1);
}

/** BullMQ knows priorities from 1 to 2^21 - 1, the smallest first; so many bits of a number keep its order. */
export function rankOf(priority: number): number {
  const bytes = Buffer.alloc(8);
  // Zero has a sign, which must not count.
  bytes.writeDoubleBE(-priority + 0);
  const bits = bytes.readBigUInt64BE();
  const ordered = bits >> 63n === 1n ? ~bits & 0xffffffffffffffffn : bits | (1n << 63n);
  return Math.max(1, Number(ordered >> 43n));
}
