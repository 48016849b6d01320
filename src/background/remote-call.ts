/** What workers run for calls of runs elsewhere. Defined only where jobs are served, and where those send it. */
import { context } from "../task/context.ts";
import { task } from "../task/task.ts";
import { execute } from "../workers/envelope.ts";

/** Runs where the calls of a worker run, so that the worker can go on saying that it lives. */
export const remoteCall = task("heddle call", (bytes: Uint8Array) => execute(bytes, { signal: context().signal }));
