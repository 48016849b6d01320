import { shown } from "../config/shown.ts";
import { ThrownValueError } from "../errors.ts";
import { FAILED } from "../graph/states.ts";
import type { Future } from "../task/types.ts";
import { partOf } from "./derived.ts";
import { Failure } from "./failure.ts";
import { FutureBase } from "./future.ts";

/** A plain promise among the inputs of a call. */
export class AdoptedFuture extends FutureBase {
  readonly id = "a promise";
  readonly task = "a promise";
  readonly depth = 0;

  constructor(promise: PromiseLike<unknown>) {
    super();
    promise.then(
      value => this.complete(value),
      error => this.reject(error),
    );
  }

  cancel(): boolean {
    return false;
  }

  get(key: unknown): Future<never> {
    return partOf(this, key);
  }

  private reject(reason: unknown): void {
    const error = asError(reason, "A promise");
    this.fail(FAILED, error, new Failure(this.id, error));
  }
}

export function asError(thrown: unknown, task: string): Error {
  if (thrown instanceof Error) return thrown;
  return new ThrownValueError({ task, value: shown(thrown) }, { cause: thrown });
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
