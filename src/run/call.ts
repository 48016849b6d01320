import { CancelledError } from "../errors.ts";
import { nameOfState, PENDING } from "../graph/states.ts";
import type { CallState, Future } from "../task/types.ts";
import { partOf } from "./derived.ts";
import type { Failure } from "./failure.ts";
import { TwoInputs } from "./few-inputs.ts";
import { FutureBase } from "./future.ts";
import type { CallInputs } from "./inputs.ts";
import type { Run } from "./run.ts";
import type { Spec } from "./spec.ts";
import { waitsFor } from "./waits-for.ts";

/** One call, as the run keeps it until it has ended. */
export interface Call {
  readonly spec: Spec;
  /** Its number: the place in the order of submission. */
  readonly number: number;
  /** Its node in the graph; -1 once that belongs to another. */
  node: number;
  /** Attempts begun. */
  attempt: number;
  inputs: CallInputs | null;
  readonly failure: Failure | null;
  complete(raw: unknown): void;
  fail(state: number, error: Error, failure: Failure): void;
}

export function idOf(call: { readonly spec: Spec; readonly number: number }): string {
  return `${call.spec.definition.name}-${call.number}`;
}

export function cancelledError(id: string, reason: string): Error {
  return new CancelledError({ task: id, reason });
}

const NOT_TWO = Symbol("not two inputs");

/** A submitted call is its own future. */
export class CallFuture extends FutureBase implements Call {
  readonly spec: Spec;
  readonly number: number;
  node = -1;
  attempt = 0;
  /** Its inputs, or of two the first. */
  private held: unknown = null;
  private second: unknown = NOT_TWO;

  constructor(spec: Spec, number: number) {
    super();
    this.spec = spec;
    this.number = number;
  }

  get inputs(): CallInputs | null {
    const { held, second } = this;
    return second === NOT_TWO ? (held as CallInputs | null) : new TwoInputs(held, second);
  }

  set inputs(inputs: CallInputs | null) {
    const two = inputs instanceof TwoInputs;
    this.held = two ? inputs.first : inputs;
    this.second = two ? inputs.second : NOT_TWO;
  }

  get run(): Run {
    return this.spec.scope.run;
  }

  get id(): string {
    return idOf(this);
  }

  get task(): string {
    return this.spec.definition.name;
  }

  get depth(): number {
    return this.node < 0 ? 0 : this.run.scheduler.graph.depthOf(this.node);
  }

  override get state(): CallState {
    if (this.settledAs !== PENDING) return nameOfState(this.settledAs);
    return this.node < 0 ? "pending" : this.run.scheduler.stateOf(this.node);
  }

  override get waitsFor(): readonly string[] {
    return waitsFor(this.run, this);
  }

  cancel(reason = "cancel() was called"): boolean {
    return this.run.cancel(this, reason);
  }

  get(key: unknown): Future<never> {
    return partOf(this, key);
  }

  protected override complain(message: string): void {
    this.run.warn(message);
  }
}
