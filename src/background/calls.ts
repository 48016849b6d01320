/** How a worker executes calls of runs elsewhere: each is a call of the worker's own run. */
import { AsyncResource } from "node:async_hooks";
import { definitionFor } from "../run/begin.ts";
import { liveValue } from "../run/kept.ts";
import type { FlowScope } from "../run/scope.ts";
import type { Attempt } from "../task/runner.ts";
import { admitCalls, admitSentCalls, MOST_INPUTS, type Tasks } from "./admission.ts";
import type { Begins } from "./begins.ts";
import type { CallAtWork, CallEnd, CallService, CallTies, JobEnd, JobFacts } from "./queue.ts";
import { calledBy, callsIn, hasCode } from "./remote.ts";
import { remoteCall, ties } from "./remote-call.ts";
import type { SentCode } from "./sent-code.ts";

/** Who is told of what is done, and how much may come. */
export interface Witness {
  readonly maxInputs?: number;
  readonly concurrency: number;
  began(job: JobFacts): void;
  ended(job: JobFacts, end: JobEnd, ms: number): void;
}

/** `sent`: where calls run whose code is asked for; null if it is not. */
export function callService(
  scope: FlowScope,
  known: Tasks,
  settings: Witness,
  begins: Begins,
  sent: SentCode | null = null,
): CallService {
  const { maxInputs = MOST_INPUTS } = settings;
  const definition = definitionFor(remoteCall);
  // What lets a call begin may be the end of another, or that it waits: to that it does not belong.
  const outside = new AsyncResource("heddle worker");
  const { shared, workers, concurrency = 1 } = scope.run.pools.runnerOf(scope.pool);
  const places = workers * concurrency;
  const isBounded = !shared && places <= settings.concurrency;
  const isSent = ({ task }: JobFacts) => sent !== null && hasCode(task) && !known.has(calledBy(task)!);
  let count = 0;
  const begin = (scope: FlowScope, bytes: Uint8Array, tied: CallTies, code: boolean): CallAtWork => {
    const number = ++count;
    const { blobs, blobsAbove } = tied.values;
    ties.set(number, tied);
    // Runs that send code have runs of their own, which are not asked.
    const begun = code ? undefined : tied.begun;
    if (code) tied.begun?.();
    const inputs = [bytes, number, blobs, blobsAbove, maxInputs, code, begun !== undefined];
    const options = begun === undefined ? definition.options : begins.options;
    let made = 0;
    const call = scope.submit(definition, options, inputs, false, ({ number }) => {
      made = number;
      if (begun !== undefined) begins.watch(number, begun);
    });
    let late: Promise<Attempt | null> | null = null;
    const end = call.settled().then(async (outcome): Promise<CallEnd> => {
      // It may have ended before it heard that it was cancelled: who asked for it is to know.
      const attempt = late === null ? null : await late;
      ties.delete(number);
      if (begun !== undefined) begins.forget(made);
      if (attempt !== null) return { said: liveValue(attempt.value) as Uint8Array };
      return outcome.ok ? { said: outcome.value as Uint8Array } : { state: call.state, error: outcome.error };
    });
    const cancel = (reason: string) => {
      call.cancel(reason);
      late ??= scope.run.attempts.flightOf(made)?.late?.ended ?? null;
    };
    return { end, cancel };
  };
  return {
    begin(job) {
      const began = performance.now();
      settings.began(job);
      return end => settings.ended(job, end, performance.now() - began);
    },
    read(facts, bytes) {
      if (isSent(facts)) return callsIn(admitSentCalls(facts, bytes, maxInputs), { identity: calledBy(facts.task)! });
      const { definition, inputs } = admitCalls(facts, bytes, known, maxInputs);
      return callsIn(inputs, definition);
    },
    // Two runs that send code have workers each.
    places: job => (isBounded && !isSent(job) ? places : null),
    execute(job, bytes, tied) {
      if (!isSent(job)) return outside.runInAsyncScope(() => begin(scope, bytes, tied, false));
      let cancelled: string | null = null;
      let atWork: CallAtWork | null = null;
      const end = outside.runInAsyncScope(() =>
        sent!.within(String(job.options["run"]), within => {
          atWork = begin(within, bytes, tied, true);
          if (cancelled !== null) atWork.cancel(cancelled);
          return atWork.end;
        }),
      );
      return {
        end: end.catch((error): CallEnd => ({ state: "crashed", error: error as Error })),
        cancel(reason) {
          cancelled = reason;
          atWork?.cancel(reason);
        },
      };
    },
  };
}
