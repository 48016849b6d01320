/**
 * Payloads in a queue, signed if there is a secret: `"hds1" | HMAC-SHA256 | payload`. The signature covers what the
 * payload belongs to, as a list that has only one spelling in JSON, so that it is worth nothing with another task, other
 * options, or as another job. Schedules sign what is called, not when: the times are the workers' business.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { UntrustedError } from "../errors.ts";
import { newJobId } from "./job-id.ts";
import type { JobEnd, JobFacts, NewJob, Schedule } from "./queue.ts";
import { calledBy } from "./remote.ts";
import { SECRET_VARIABLE, secret } from "./secret.ts";

type About = readonly unknown[];

/** Who should have signed what is read here, and what else is to be said where that is not so. */
interface Signer {
  readonly who: string;
  readonly then: string;
}

const producer: Signer = { who: "who added it", then: "It is not read, and not run." };
const run: Signer = { who: "its run", then: "It is not read, and not run." };
const worker: Signer = {
  who: "its worker",
  then: "A worker with another secret, or none, does not run what this process hands it: its log says so.",
};

const MAGIC = Buffer.from("hds1");
const HASH = 32;
const FRONT = MAGIC.byteLength + HASH;

/** The job, signed if there is a secret; it has its id then. */
export function signedJob(job: NewJob): NewJob {
  if (secret() === null) return job;
  const id = job.id ?? newJobId(Date.now());
  return { ...job, id, inputs: signed(jobAbout({ ...job, id }), job.inputs) };
}

export function signedSchedule(schedule: Schedule): Schedule {
  const { job } = schedule;
  return { ...schedule, job: { ...job, inputs: signed(scheduleAbout(job), job.inputs) } };
}

export function signedEnd(id: string, end: JobEnd): JobEnd {
  return { ...end, bytes: signed(resultAbout(id), end.bytes) };
}

/**
 * The inputs of a job, given that they are its own.
 *
 * @throws UntrustedError
 */
export function inputsOf(job: Signing, what: string, bytes: Uint8Array): Uint8Array {
  const abouts = [jobAbout(job)];
  // A schedule has no options, and needs no other jobs.
  if (Object.keys(job.options).length === 0 && job.after.length === 0) abouts.push(scheduleAbout(job));
  return verified(abouts, what, bytes, calledBy(job.task) === null ? producer : run);
}

/** @throws UntrustedError */
export function resultOf(id: string, what: string, bytes: Uint8Array): Uint8Array {
  return verified([resultAbout(id)], what, bytes, worker);
}

/** How a call of a run ended, by its place in its batch. */
export function signedCall(batch: string, place: number, bytes: Uint8Array): Uint8Array {
  return signed(callAbout(batch, place), bytes);
}

/** @throws UntrustedError */
export function callOutcome(batch: string, place: number, what: string, bytes: Uint8Array): Uint8Array {
  return verified([callAbout(batch, place)], what, bytes, worker);
}

/** What such a call asks its run; the number is of this question alone. */
export function signedQuestion(number: string, batch: string, place: number, bytes: Uint8Array): Uint8Array {
  return signed(questionAbout(number, batch, place), bytes);
}

/** @throws UntrustedError */
export function questionOf(number: string, batch: string, place: number, bytes: Uint8Array): Uint8Array {
  return verified([questionAbout(number, batch, place)], "what a call asks", bytes, worker);
}

/** The answer to a question of this number. */
export function signedAnswer(number: string, bytes: Uint8Array): Uint8Array {
  return signed(answerAbout(number), bytes);
}

/** @throws UntrustedError */
export function answerOf(number: string, bytes: Uint8Array): Uint8Array {
  return verified([answerAbout(number)], "the answer of a run", bytes, run);
}

type Signing = Pick<
  JobFacts,
  "id" | "task" | "name" | "queue" | "priority" | "notBefore" | "options" | "restart" | "after"
>;

function jobAbout({ id, task, name, queue, priority, notBefore, options, restart, after }: Signing): About {
  return ["heddle job 1", id, task, name, queue, priority, notBefore, options, restart, after];
}

function scheduleAbout({ task, name, queue, priority }: Schedule["job"] | Signing): About {
  return ["heddle schedule 1", task, name, queue, priority];
}

function resultAbout(id: string): About {
  return ["heddle result 1", id];
}

function callAbout(batch: string, place: number): About {
  return ["heddle call 1", batch, place];
}

function questionAbout(number: string, batch: string, place: number): About {
  return ["heddle question 2", number, batch, place];
}

function answerAbout(number: string): About {
  return ["heddle answer 1", number];
}

function signed(about: About, payload: Uint8Array): Uint8Array {
  const key = secret();
  if (key === null) return payload;
  return Buffer.concat([MAGIC, hash(key, about, payload), payload]);
}

function verified(abouts: readonly About[], what: string, bytes: Uint8Array, { who, then }: Signer): Uint8Array {
  const key = secret();
  const untrusted = (problem: string, more = "") => {
    const remedy = `Give both the same ${SECRET_VARIABLE}; if they have it, see who else may write to the queue.`;
    return new UntrustedError({ what, problem, hint: `${then} ${remedy}${more}` });
  };
  if (!isSigned(bytes)) {
    if (key === null) return bytes;
    const added = " What was added before there was a secret has to be added anew.";
    throw untrusted(`is not signed: ${who} has no secret, and this process has one`, added);
  }
  if (key === null) throw untrusted(`is signed by ${who}, and this process has no secret to check that with`);
  const [signature, payload] = [bytes.subarray(MAGIC.byteLength, FRONT), bytes.subarray(FRONT)];
  if (abouts.some(about => timingSafeEqual(signature, hash(key, about, payload)))) return payload;
  throw untrusted(
    `was signed by ${who} with another secret than that of this process, or for something else, or changed since`,
  );
}

function isSigned(bytes: Uint8Array): boolean {
  return bytes.byteLength >= FRONT && MAGIC.equals(bytes.subarray(0, MAGIC.byteLength));
}

function hash(key: string, about: About, payload: Uint8Array): Buffer {
  // JSON has no line breaks of its own, so it is plain where it ends.
  return createHmac("sha256", key)
    .update(`${JSON.stringify(about)}\n`)
    .update(payload)
    .digest();
}
