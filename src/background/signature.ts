/**
 * Payloads in a queue, signed if there is a secret: `"hds1" | HMAC-SHA256 | payload`. The signature covers what the
 * payload belongs to, as a list that has only one spelling in JSON, so that it is worth nothing with another task, other
 * options, or as another job. Schedules sign what is called, not when: the times are the workers' business.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { UntrustedError } from "../errors.ts";
import { newJobId } from "./job-id.ts";
import type { JobEnd, JobFacts, NewJob, Schedule } from "./queue.ts";
import { secret } from "./secret.ts";

type About = readonly unknown[];

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
  return verified(abouts, what, bytes);
}

/** @throws UntrustedError */
export function resultOf(id: string, what: string, bytes: Uint8Array): Uint8Array {
  return verified([resultAbout(id)], what, bytes);
}

/** How a call of a run ended, by its place in its batch. */
export function signedCall(batch: string, place: number, bytes: Uint8Array): Uint8Array {
  return signed(callAbout(batch, place), bytes);
}

/** @throws UntrustedError */
export function callOutcome(batch: string, place: number, what: string, bytes: Uint8Array): Uint8Array {
  return verified([callAbout(batch, place)], what, bytes);
}

/** What such a call asks its run; the number is of this question alone. */
export function signedQuestion(number: string, batch: string, place: number, bytes: Uint8Array): Uint8Array {
  return signed(questionAbout(number, batch, place), bytes);
}

/** @throws UntrustedError */
export function questionOf(number: string, batch: string, place: number, bytes: Uint8Array): Uint8Array {
  return verified([questionAbout(number, batch, place)], "what a call asks", bytes);
}

/** The answer to a question of this number. */
export function signedAnswer(number: string, bytes: Uint8Array): Uint8Array {
  return signed(answerAbout(number), bytes);
}

/** @throws UntrustedError */
export function answerOf(number: string, bytes: Uint8Array): Uint8Array {
  return verified([answerAbout(number)], "the answer of a run", bytes);
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

function verified(abouts: readonly About[], what: string, bytes: Uint8Array): Uint8Array {
  const key = secret();
  if (!isSigned(bytes)) {
    if (key === null) return bytes;
    throw new UntrustedError({
      what,
      problem: "is not signed",
      hint: "Such payloads are not read where there is a secret. See that all who use the queue have the same HEDDLE_SECRET, and who else may write to it; what was added before there was one has to be added anew.",
    });
  }
  if (key === null) {
    throw new UntrustedError({
      what,
      problem: "is signed, and there is no secret here to check that with",
      hint: "Give this process the HEDDLE_SECRET of the others.",
    });
  }
  const [signature, payload] = [bytes.subarray(MAGIC.byteLength, FRONT), bytes.subarray(FRONT)];
  if (abouts.some(about => timingSafeEqual(signature, hash(key, about, payload)))) return payload;
  throw new UntrustedError({
    what,
    problem: "was signed with another secret or for something else, or changed since",
    hint: "Such payloads are not read. See that all who use the queue have the same HEDDLE_SECRET, and who else may write to it.",
  });
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
