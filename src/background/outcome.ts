/** How a job ended, as bytes: a value or an error, with a checksum. */
import { packError, unpackError } from "../codec/failure.ts";
import { pack, unpack } from "../codec/pack.ts";
import type { PackedValue } from "../codec/packed.ts";
import { readFrame } from "../codec/whole-frame.ts";
import { fromWire, toWire } from "../codec/wire.ts";
import { CancelledError, CrashedError, UpstreamError } from "../errors.ts";
import type { CallState, Outcome } from "../task/types.ts";
import { bytesOf } from "../workers/envelope.ts";
import type { JobEnd, JobFacts } from "./queue.ts";
import { resultOf, signedEnd } from "./signature.ts";

const [VALUE, ERROR] = [0, 1];

/** What is the matter with a value that cannot be kept becomes the job's own failure. */
export function endOf(name: string, state: CallState, outcome: Outcome<unknown>): JobEnd {
  if (!outcome.ok) return badEnd(name, state, outcome.error);
  try {
    const packed = pack(outcome.value, { task: name, role: "result" });
    return { state: "completed", bytes: encoded(VALUE, packed), problem: null, output: "" };
  } catch (error) {
    return badEnd(name, "failed", error as Error);
  }
}

export function badEnd(name: string, state: CallState, error: Error): JobEnd {
  return {
    state,
    bytes: encoded(ERROR, packError(error, { task: name, role: "error" })),
    problem: oneLineOf(error),
    output: "",
  };
}

/** Users may have put anything in the place of its name and message. */
function oneLineOf({ name, message }: { readonly name: unknown; readonly message: unknown }): string {
  const [line = ""] = String(message ?? "").split("\n", 1);
  return `${typeof name === "string" && name !== "" ? name : "Error"}: ${line}`;
}

export function cancelledEnd({ name, id }: Named, reason: string): JobEnd {
  return signedEnd(id, badEnd(name, "cancelled", new CancelledError({ task: called(name, id), reason })));
}

export function crashedEnd({ name, id }: Named, losses: number): JobEnd {
  const hint = `It was begun ${losses} ${losses === 1 ? "time" : "times"}, and each time the worker died. Look at what it does to its process, run it on \`--runner processes\`, and begin it anew with \`heddle jobs retry ${id}\`.`;
  const error = new CrashedError({ task: called(name, id), cause: "its process is gone", hint });
  return signedEnd(id, badEnd(name, "crashed", error));
}

/** @param bytes how the job ended that it needed; undefined if it is not there any more. */
export function upstreamEnd({ name, id }: Named, root: Named, bytes: Uint8Array | undefined): JobEnd {
  const error = rootOf(root.id, bytes);
  const remedy = `Mend what it says, and let both begin anew with \`heddle jobs retry ${root.id}\`.`;
  const details = { task: called(name, id), root: called(root.name, root.id), message: error.message, remedy };
  return signedEnd(id, badEnd(name, "upstreamFailed", new UpstreamError(details, error)));
}

function rootOf(id: string, bytes: Uint8Array | undefined): Error {
  if (bytes === undefined) return new Error("there is no such job any more");
  const outcome = toldOutcome(id, bytes);
  if (outcome.ok) return new Error("it gave nothing");
  return outcome.error instanceof UpstreamError ? outcome.error.root : outcome.error;
}

type Named = Pick<JobFacts, "name" | "id">;

export function called(name: string, id: string): string {
  return `${name} (job ${id})`;
}

function encoded(kind: number, packed: PackedValue): Uint8Array {
  const wire: unknown[] = [kind];
  toWire(packed, wire);
  return bytesOf(wire);
}

/** What is the matter with how a job ended is what those have to hear that needed it. */
function toldOutcome(id: string, bytes: Uint8Array): Outcome<unknown> {
  try {
    return outcomeIn(bytes, id);
  } catch (error) {
    return { ok: false, error: error as Error };
  }
}

/**
 * How the job of this id ended.
 *
 * @throws ProtocolError for bytes that were damaged; UntrustedError if they are not signed as they should be.
 */
export function outcomeIn(bytes: Uint8Array, id = ""): Outcome<unknown> {
  const wire = readFrame(resultOf(id, `the result of job ${id}`, bytes), "the queue");
  const packed = fromWire(wire, { at: 1 });
  return wire[0] === VALUE ? { ok: true, value: unpack(packed) } : { ok: false, error: unpackError(packed) };
}
