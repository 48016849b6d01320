import type { Dispatch, TaskAddress } from "../task/runner.ts";
import { type Call, idOf } from "./call.ts";

/** One attempt of a call, from its dispatch until its slot is free again. */
export class Flight implements Dispatch {
  readonly call: Call;
  readonly attempt: number;
  readonly pool: number;
  worker: number | null = null;
  startedAt = 0;
  stopTimer: (() => void) | null = null;
  /** The call has settled, or will be tried again, without waiting for this attempt to end. */
  abandoned = false;
  /** What to do when the slot is free: try again after so long. */
  retryIn: number | null = null;

  constructor(call: Call, attempt: number, pool: number) {
    this.call = call;
    this.attempt = attempt;
    this.pool = pool;
  }

  get id(): number {
    return this.call.number;
  }

  get display(): string {
    return idOf(this.call);
  }

  get task(): TaskAddress {
    return this.call.spec.definition;
  }

  get timeout(): number {
    return this.call.spec.timeout;
  }

  inputs(): unknown[] {
    return this.call.inputs!.values();
  }

  pack(wire: unknown[]): void {
    this.call.inputs!.pack(wire);
  }
}
