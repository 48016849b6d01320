import { shared } from "../task/shared.ts";
import { asError } from "./adopted.ts";
import { Failure } from "./failure.ts";
import { FlowScope } from "./scope.ts";

/** The outermost frames of the runs under way, by run. */
const frames = new Map<string, FlowScope>();
const takenBack = new WeakMap<Promise<unknown>, () => void>();

/**
 * While a run lasts, a rejection inside it that nobody handles fails its flow instead of killing the process. One that
 * is handled later is taken back. Rejections from elsewhere keep their usual effect.
 */
export function watchRejections(runId: string, frame: FlowScope): () => void {
  if (frames.size === 0) {
    process.on("unhandledRejection", onUnhandled);
    process.on("rejectionHandled", onHandled);
  }
  frames.set(runId, frame);
  return () => {
    if (!frames.delete(runId) || frames.size > 0) return;
    process.off("unhandledRejection", onUnhandled);
    process.off("rejectionHandled", onHandled);
  };
}

function onUnhandled(reason: unknown, promise: Promise<unknown>): void {
  const ambient = shared.ambient.getStore();
  const within = ambient?.scope ?? ambient?.call?.nested;
  const scope = within instanceof FlowScope ? within.whileOpen() : frames.get(ambient?.call?.runId ?? "");
  if (scope === undefined || !frames.has(scope.run.id)) {
    // Ours is the only listener: without it, Node would have ended the process with this error.
    if (process.listenerCount("unhandledRejection") === 1) throw reason;
    return;
  }
  const where = ambient?.call === undefined ? "a promise that nobody handled" : `a promise in ${ambient.call.id}`;
  takenBack.set(promise, scope.disturbed(new Failure(where, asError(reason, "A promise in the flow"))));
}

function onHandled(promise: Promise<unknown>): void {
  takenBack.get(promise)?.();
}
