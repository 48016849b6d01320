/** Calls of runs that are executed elsewhere, as jobs: what a runner hands over is the input, what it wants the result. */
import type { Definition } from "../task/definition.ts";
import { bytesOf, open } from "../workers/envelope.ts";

const SUFFIX = " (call)";
/** Where in the message stands which task it is, and where its module lies. */
const [IDENTITY, NAME, MODULE] = [4, 5, 6];

/** The identity of the jobs that are calls of this task. */
export function callOf(identity: string): string {
  return identity + SUFFIX;
}

/** The task of which such a job is a call; null for other jobs. */
export function calledBy(identity: string): string | null {
  return identity.endsWith(SUFFIX) ? identity.slice(0, -SUFFIX.length) : null;
}

export interface Called {
  readonly identity: string;
  readonly name: string;
}

export function calledIn(bytes: Uint8Array): Called {
  const wire = open(bytes, "a run");
  return { identity: String(wire[IDENTITY]), name: String(wire[NAME]) };
}

/** The same call, of the task as this process knows it: other machines have other paths. */
export function calledHere(bytes: Uint8Array, { identity, module }: Definition): Uint8Array {
  const wire = open(bytes, "a run");
  // A call comes as one of the task that it is.
  if (wire[IDENTITY] !== identity)
    throw new TypeError(`a call of ${String(wire[IDENTITY])} came as one of ${identity}`);
  wire[MODULE] = module;
  return bytesOf(wire);
}
