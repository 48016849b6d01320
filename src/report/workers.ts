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

  /** The part of its life that it spent on calls, 0 to 1. */
  utilisation(now: number): number {
    const life = (this.ended ?? now) - this.started;
    return life > 0 ? Math.min(1, this.busyMs / life) : 0;
  }
}
