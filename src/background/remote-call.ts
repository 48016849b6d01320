/** What workers run for calls of runs elsewhere. Defined only where jobs are served, and where those send it. */
import { AsyncResource } from "node:async_hooks";
import { shared } from "../task/shared.ts";
import { task } from "../task/task.ts";
import { executeWithin } from "../workers/envelope.ts";
import type { Execution } from "../workers/execute.ts";
import type { CallTies } from "./queue.ts";
import { MOST_IN_REDIS } from "./redis/blob-ref.ts";
import { largeIn, refers } from "./redis/blob-values.ts";

/** What calls have at their runs, by the numbers that they have at this worker. */
export const ties = new Map<number, CallTies>();

/** Runs where the worker's connections are. That a call waits for it is what lets others have its place meanwhile. */
export const remoteAsk = task(
  "heddle ask",
  { runner: "inline" },
  (call: number, bytes: Uint8Array, keepsPlace: boolean) => {
    const tied = ties.get(call);
    if (tied === undefined) throw new Error("the call has ended");
    return tied.ask(bytes, keepsPlace);
  },
);

/** The same for the name of a value that is about to be put beside Redis. */
export const remoteKeep = task(
  "heddle keep",
  { runner: "inline" },
  async (call: number, name: string) => (await ties.get(call)?.register(name)) === true,
);

/** Runs where the calls of a worker run, so that the worker can go on saying that it lives. */
export const remoteCall = task("heddle call", execute);

async function execute(
  bytes: Uint8Array,
  call: number,
  blobs: string | null,
  blobsAbove: number,
  most: number,
  code: boolean,
  isTimed: boolean,
): Promise<Uint8Array> {
  const open = new Set<{ cancel(reason: string): unknown }>();
  // Asked by this call, not by the one within it, which belongs to another run.
  const outside = new AsyncResource("heddle call");
  const ask = async (said: Uint8Array, keepsPlace = false) => {
    const answer = outside.runInAsyncScope(() => remoteAsk.submit(call, said, keepsPlace));
    open.add(answer);
    try {
      return await outside.runInAsyncScope(() => answer.then());
    } finally {
      open.delete(answer);
    }
  };
  try {
    const register = async (name: string) => outside.runInAsyncScope(() => remoteKeep.submit(call, name).then());
    // Few calls need it.
    const values = async () => {
      const { FarValues } = await import("./redis/far-values.ts");
      return new FarValues({ blobs, blobsAbove, most }, register);
    };
    const above = blobs === null ? MOST_IN_REDIS : blobsAbove;
    const within = shared.ambient.getStore() as Execution;
    return await executeWithin(within, bytes, {
      ...(isTimed && { begins: () => tellBegun(within) }),
      ask: said => ask(said),
      askFor: said => ask(said, true),
      code,
      async bring(wire, display) {
        if (refers(wire)) await (await values()).bring(wire, display);
      },
      async keep(wire, display, name) {
        if (largeIn(wire, above).length > 0) await (await values()).keep(wire, display, name);
      },
    });
  } finally {
    for (const answer of open) answer.cancel("the call has ended");
  }
}

/** It may compute without a pause: what is said of it leaves before. */
async function tellBegun(within: Execution): Promise<void> {
  within.progress(0);
  await new Promise(setImmediate);
}
