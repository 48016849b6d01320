/** What workers run for calls of runs elsewhere. Defined only where jobs are served, and where those send it. */
import { AsyncResource } from "node:async_hooks";
import { shared } from "../task/shared.ts";
import { task } from "../task/task.ts";
import { executeWithin } from "../workers/envelope.ts";
import type { Execution } from "../workers/execute.ts";

/** Brings what a call asks to the run, and gives its answer; by the numbers that calls have at this worker. */
export const asked = new Map<number, (bytes: Uint8Array) => Promise<Uint8Array>>();

/** Runs where the worker's connections are. That a call waits for it is what lets others have its place meanwhile. */
export const remoteAsk = task("heddle ask", { runner: "inline" }, (call: number, bytes: Uint8Array) => {
  const ask = asked.get(call);
  if (ask === undefined) throw new Error("the call has ended");
  return ask(bytes);
});

/** Runs where the calls of a worker run, so that the worker can go on saying that it lives. */
export const remoteCall = task("heddle call", async (bytes: Uint8Array, call: number, code: boolean) => {
  const open = new Set<{ cancel(reason: string): unknown }>();
  // Asked by this call, not by the one within it, which belongs to another run.
  const outside = new AsyncResource("heddle call");
  const ask = async (said: Uint8Array) => {
    const answer = outside.runInAsyncScope(() => remoteAsk.submit(call, said));
    open.add(answer);
    try {
      return await outside.runInAsyncScope(() => answer.then());
    } finally {
      open.delete(answer);
    }
  };
  try {
    return await executeWithin(shared.ambient.getStore() as Execution, bytes, { ask, code });
  } finally {
    for (const answer of open) answer.cancel("the call has ended");
  }
});
