import type { WorkerEnded } from "../events/event.ts";
import { Capture } from "./capture.ts";

/** One worker of a run. */
export class WorkerView {
  readonly name: string;
  readonly started: number;
  ended: number | undefined;
  reason: WorkerEnded["reason"] | undefined;
  detail: string | undefined;
  /** Time that its calls took to run, together; above its lifetime where it runs several at once. */
  busyMs = 0;
  calls = 0;
  /** What it wrote outside every call. */
  readonly output = new Capture();

  constructor(name: string, started: number) {
    this.name = name;
    this.started = started;
  }

  end({ at, reason, detail }: Pick<WorkerEnded, "at" | "reason" | "detail">): void {
    this.ended = at;
    this.reason = reason;
    this.detail = detail;
  }

  /** The part of its life that it spent on calls, 0 to 1. */
  utilisation(now: number): number {
    const life = (this.ended ?? now) - this.started;
    return life > 0 ? Math.min(1, this.busyMs / life) : 0;
  }
}

/** The workers of a run, by number. */
export class Workers extends Map<number, WorkerView> {
  of(number: number, at: number): WorkerView {
    const known = this.get(number);
    if (known !== undefined) return known;
    const added = new WorkerView(`worker ${number}`, at);
    this.set(number, added);
    return added;
  }
}
