/**
 * What calls have come to that were cancelled while they were under way. Who waited for such a call has been told that
 * it is cancelled; but if it had ended well before it heard of that, its result is kept like any other.
 */
import type { DirectoryFact } from "../store/entry.ts";
import type { Attempt } from "../task/runner.ts";
import type { Execution } from "./cached/execution.ts";
import type { Gate } from "./cached/gate.ts";
import type { Call } from "./call.ts";
import { after } from "./clock.ts";
import type { Flight } from "./flight.ts";
import { isOverdue } from "./overdue.ts";
import type { Run } from "./run.ts";
import { isJournalled } from "./spec.ts";
import type { UnderWay } from "./under-way.ts";

/** In milliseconds: runners say sooner how calls have ended, or give them up. */
const PATIENCE = 2_000;

/** In milliseconds: a call that takes less has hardly started another program. */
const SHORT = 5;

type Keep = (attempt: Attempt) => void;

export class Late {
  private readonly run: Run;
  private readonly flight: Flight;
  private readonly keep: Keep | null;
  private tell: (attempt: Attempt | null) => void = () => {};
  /** Resolves when its slot is free, to how it had ended if that was well. */
  readonly ended = new Promise<Attempt | null>(resolve => {
    this.tell = resolve;
  });

  /** To be made before its future is told: then what is needed to keep its result is let go. */
  constructor(run: Run, flight: Flight) {
    this.run = run;
    this.flight = flight;
    this.keep = keeperOf(run, flight);
  }

  get isKept(): boolean {
    return this.keep !== null && this.flight.nest === null;
  }

  /** Its slot is free: its runner says a completed attempt only of what had not heard that it was cancelled. */
  land(attempt: Attempt | null): void {
    const { flight } = this;
    // What it made of calls that were cancelled with it is no result.
    const isResult = attempt?.state === "completed" && flight.nest === null && !isOverdue(flight, attempt);
    const counts = isResult && !(attempt.ms >= SHORT && this.run.pools.isReached(flight.pool));
    if (counts) this.keep?.(attempt);
    this.tell(counts ? attempt : null);
  }
}

/** Resolves when those whose results would be kept have ended, and what is kept is in the store; or after a while. */
export async function lateEnds(run: Run, flights: UnderWay<Flight>): Promise<void> {
  // The first call that is cancelled may be what the run ends with.
  await null;
  const ends = flights.all().flatMap(({ late }) => (late?.isKept === true ? [late.ended] : []));
  if (ends.length === 0) return;
  let stop = () => {};
  const patience = new Promise<void>(resolve => {
    stop = after(PATIENCE, resolve);
  });
  await Promise.race([Promise.all(ends), patience]);
  stop();
  await run.gate?.kept.settled();
}

function keeperOf(run: Run, flight: Flight): Keep | null {
  const { call } = flight;
  const { cache, definition, admitted } = call.spec;
  if (definition.kind !== "task" || admitted) return null;
  if (cache !== null) {
    const execution = run.gate?.executionOf(call);
    return execution === undefined ? null : keeperInCache(run, run.gate!, flight, execution);
  }
  const keep = run.journal !== null && isJournalled(call.spec) ? run.journal.keeperOf(call) : null;
  if (keep === null) return null;
  return attempt => {
    if (flight.directory === null) keep(attempt.value, attempt.ms);
  };
}

function keeperInCache(run: Run, { kept }: Gate, flight: Flight, execution: Execution): Keep {
  const { call } = flight;
  const { inputs } = call;
  const write = (attempt: Attempt, directory: DirectoryFact | null) => {
    if (execution.spoilt || run.settings.planner !== undefined) return;
    withInputs(call, inputs, () =>
      kept.write(execution, kept.pack(call, attempt.value, directory), attempt.ms, () => {}),
    );
  };
  return attempt => {
    if (flight.directory === null) write(attempt, null);
    else kept.background(run.directories.factOf(flight).then(fact => fact !== null && write(attempt, fact)));
  };
}

/** What is kept says what its call was given. */
function withInputs(call: Call, inputs: Call["inputs"], write: () => void): void {
  call.inputs = inputs;
  try {
    write();
  } catch {
    // It cannot be kept, of which nobody has to be told: its call is cancelled.
  } finally {
    call.inputs = null;
  }
}
