import { shared } from "../task/shared.ts";
import { asError } from "./adopted.ts";
import { Failure } from "./failure.ts";
import { FlowScope } from "./scope.ts";

const scopes = new Set<FlowScope>();
const takenBack = new WeakMap<Promise<unknown>, () => void>();
let installed = false;

/** The flows whose calls gave an error, so that a rejection with it can be told to the right one. */
const origins = new WeakMap<Error, FlowScope>();

export function originOf(error: Error, scope: FlowScope): void {
  origins.set(error, scope);
}

/**
 * While a run lasts, a rejection inside it that nobody handles fails its flow instead of killing the process. One that
 * is handled later is taken back. Rejections from elsewhere keep their usual effect.
 */
export function watchRejections(scope: FlowScope): () => void {
  scopes.add(scope);
  if (!installed) {
    process.on("unhandledRejection", onUnhandled);
    process.on("rejectionHandled", onHandled);
    installed = true;
  }
  return () => {
    scopes.delete(scope);
    if (scopes.size > 0 || !installed) return;
    process.off("unhandledRejection", onUnhandled);
    process.off("rejectionHandled", onHandled);
    installed = false;
  };
}

function onUnhandled(reason: unknown, promise: Promise<unknown>): void {
  const scope = scopeOf(reason);
  if (scope === undefined) {
    if (process.listenerCount("unhandledRejection") === 1) throw reason;
    return;
  }
  const error = asError(reason, "A promise in the flow");
  takenBack.set(promise, scope.disturbed(new Failure("a promise that nobody handled", error)));
}

function onHandled(promise: Promise<unknown>): void {
  takenBack.get(promise)?.();
}

function scopeOf(reason: unknown): FlowScope | undefined {
  const ambient = shared.ambient.getStore()?.scope;
  if (ambient instanceof FlowScope) return ambient;
  const origin = reason instanceof Error ? origins.get(reason) : undefined;
  if (origin !== undefined) return origin;
  return scopes.size === 1 ? [...scopes][0] : undefined;
}
