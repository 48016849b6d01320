/** How a worker executes calls of runs elsewhere: each is a call of the worker's own run. */
import { AsyncResource } from "node:async_hooks";
import { definitionFor } from "../run/begin.ts";
import type { FlowScope } from "../run/scope.ts";
import { admitCalls, MOST_INPUTS, type Tasks } from "./admission.ts";
import type { CallEnd, CallService, JobEnd, JobFacts } from "./queue.ts";
import { callsIn } from "./remote.ts";
import { asked, remoteCall } from "./remote-call.ts";

/** Who is told of what is done, and how much may come. */
export interface Witness {
  readonly maxInputs?: number;
  began(job: JobFacts): void;
  ended(job: JobFacts, end: JobEnd, ms: number): void;
}

export function callService(scope: FlowScope, known: Tasks, settings: Witness): CallService {
  const { maxInputs = MOST_INPUTS } = settings;
  const definition = definitionFor(remoteCall);
  // What lets a call begin may be the end of another, or that it waits: to that it does not belong.
  const outside = new AsyncResource("heddle worker");
  let count = 0;
  return {
    begin(job) {
      const began = performance.now();
      settings.began(job);
      return end => settings.ended(job, end, performance.now() - began);
    },
    read(facts, bytes) {
      const { definition, inputs } = admitCalls(facts, bytes, known, maxInputs);
      return callsIn(inputs, definition);
    },
    execute(bytes, ask) {
      const number = ++count;
      asked.set(number, ask);
      return outside.runInAsyncScope(() => {
        const call = scope.submit(definition, definition.options, [bytes, number], false);
        const end = call.settled().then((outcome): CallEnd => {
          asked.delete(number);
          return outcome.ok ? { said: outcome.value as Uint8Array } : { state: call.state, error: outcome.error };
        });
        return { end, cancel: reason => void call.cancel(reason) };
      });
    },
  };
}
