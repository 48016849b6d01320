/** How a worker executes calls of runs elsewhere: each is a call of the worker's own run. */
import { definitionFor } from "../run/begin.ts";
import type { FlowScope } from "../run/scope.ts";
import { shared } from "../task/shared.ts";
import type { CallEnd, CallService, JobEnd, JobFacts } from "./queue.ts";
import { calledBy, callsIn } from "./remote.ts";
import { asked, remoteCall } from "./remote-call.ts";

/** Who is told of what is done. */
export interface Witness {
  began(job: JobFacts): void;
  ended(job: JobFacts, end: JobEnd, ms: number): void;
}

export function callService(scope: FlowScope, witness: Witness): CallService {
  const definition = definitionFor(remoteCall);
  let count = 0;
  return {
    begin(job) {
      const began = performance.now();
      witness.began(job);
      return end => witness.ended(job, end, performance.now() - began);
    },
    read: (job, bytes) => callsIn(bytes, shared.definitions.get(calledBy(job.task)!)!),
    execute(bytes, ask) {
      const number = ++count;
      asked.set(number, ask);
      const call = scope.submit(definition, definition.options, [bytes, number], false);
      const end = call.settled().then((outcome): CallEnd => {
        asked.delete(number);
        return outcome.ok ? { said: outcome.value as Uint8Array } : { state: call.state, error: outcome.error };
      });
      return { end, cancel: reason => void call.cancel(reason) };
    },
  };
}
