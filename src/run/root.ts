import { nameOfState, PENDING } from "../graph/states.ts";
import type { CallState, Future } from "../task/types.ts";
import type { CallFuture } from "./call.ts";
import { partOf } from "./derived.ts";
import type { Failure } from "./failure.ts";
import { FutureBase } from "./future.ts";

/** The future of a whole run: settles when the run's workers are gone and its last event has been read. */
export class RootFuture extends FutureBase {
  readonly depth = 0;
  private readonly call: CallFuture;

  constructor(call: CallFuture) {
    super();
    this.call = call;
  }

  get id(): string {
    return this.call.id;
  }

  get task(): string {
    return this.call.task;
  }

  override get state(): CallState {
    return this.settledAs === PENDING && !this.call.isSettled ? this.call.state : nameOfState(this.endState);
  }

  cancel(reason?: string): boolean {
    return this.call.cancel(reason);
  }

  get(key: unknown): Future<never> {
    return partOf(this, key);
  }

  /** A run that nobody awaits and that fails is an unhandled rejection, as of any promise. */
  override fail(state: number, error: Error, failure: Failure): void {
    super.fail(this.call.failure === null ? state : this.call.endState, error, failure);
    if (!this.observed) void this.promise();
  }

  override get endState(): number {
    return this.settledAs === PENDING ? this.call.endState : this.settledAs;
  }
}
