/** How calls of a run ended, as workers tell it. */
import { unpackError } from "../../codec/failure.ts";
import { readFrame } from "../../codec/whole-frame.ts";
import { fromWire } from "../../codec/wire.ts";
import { UntrustedError } from "../../errors.ts";
import type { Attempt } from "../../task/runner.ts";
import { readReports } from "../../workers/protocol.ts";
import { callOutcome } from "../signature.ts";
import type { Underway } from "./batches.ts";
import { BEGUN, LOST, SAID } from "./messages.ts";
import type { RunValues } from "./run-values.ts";

export const FROM = "a worker on Redis";

/** `worker`: its number. What cannot be read is the crash of its call, and what is not to be believed its failure. */
export function attemptIn(underway: Underway, said: Buffer, worker: number, values: RunValues): Attempt {
  const { call, batch, place, reports } = underway;
  const { id } = call;
  const display = `${call.task.name}-${id}`;
  try {
    const bytes = callOutcome(batch.id, place, `the result of ${display}`, said);
    const wire = readFrame(bytes.subarray(1), FROM);
    if (bytes[0] !== SAID) {
      const state = wire[0] as Attempt["state"];
      return { id, state, error: unpackError(fromWire(wire, { at: 1 })), ms: 0, worker };
    }
    readReports(wire, reports!);
    const { attempt } = reports!;
    if (attempt === null) throw new Error("its answer holds no outcome");
    const kept = values.kept(attempt.value, `the result of ${display}`);
    return kept === null ? attempt : { ...attempt, value: kept };
  } catch (thrown) {
    const error = thrown as Error;
    // It was thrown where Redis was heard, which is nowhere in anybody's program.
    error.stack = `${error.name}: ${error.message}`;
    return { id, state: error instanceof UntrustedError ? "failed" : "crashed", error, ms: 0, worker };
  }
}

export function isBegun(said: Buffer): boolean {
  return said.length === 1 && said[0] === BEGUN;
}

export function isLost(said: Buffer): boolean {
  return said.length === 1 && said[0] === LOST;
}
