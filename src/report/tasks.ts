import type { SettledState } from "../events/event.ts";
import type { CallState } from "./calls.ts";
import { Pace } from "./pace.ts";

/** One task (or flow) of a run: its calls, counted. */
export class TaskView {
  readonly name: string;
  readonly kind: "task" | "flow";
  readonly pace = new Pace();
  /** How many calls are in each state now; together they are all that were submitted. */
  readonly counts: Record<CallState, number> = {
    unknown: 0,
    queued: 0,
    running: 0,
    retrying: 0,
    completed: 0,
    failed: 0,
    cancelled: 0,
    upstreamFailed: 0,
  };
  submitted = 0;
  /** How many of those that completed were not executed, as their results were kept. */
  cached = 0;
  /** How many targets of those that completed were not executed, and how they ended. */
  readonly settled: Record<SettledState, number> = { fresh: 0, persisted: 0, skipped: 0 };
  retries = 0;
  restarts = 0;
  /** Time that attempts which ended took to run, together; and how many they were. */
  runMs = 0;
  attempts = 0;
  /** Time that calls waited before their attempts, together; and how many attempts started. */
  waitMs = 0;
  starts = 0;
  /** Fractions of the running calls that told their progress, together. */
  progress = 0;
  firstStart: number | undefined;

  constructor(name: string, kind: "task" | "flow") {
    this.name = name;
    this.kind = kind;
  }

  restarted(): void {
    this.restarts++;
  }

  get finished(): number {
    const { completed, failed, cancelled, upstreamFailed } = this.counts;
    return completed + failed + cancelled + upstreamFailed;
  }

  /** Those that ended well and were executed. */
  get executed(): number {
    const { fresh, persisted, skipped } = this.settled;
    return this.counts.completed - this.cached - fresh - persisted - skipped;
  }

  /** It has targets, and nothing is or was to be done for any of them. */
  get isFresh(): boolean {
    return this.submitted > 0 && this.settled.fresh === this.submitted;
  }

  get remaining(): number {
    return this.submitted - this.finished;
  }

  /** 0 to 1, with the progress inside running calls. */
  get fraction(): number {
    return this.submitted === 0 ? 0 : Math.min(1, (this.finished + this.progress) / this.submitted);
  }

  /** Mean time that an attempt took to run; undefined before one has ended. */
  get meanMs(): number | undefined {
    return this.attempts === 0 ? undefined : this.runMs / this.attempts;
  }

  get meanWaitMs(): number {
    return this.starts === 0 ? 0 : this.waitMs / this.starts;
  }

  /** An estimate of the milliseconds until the calls known so far are done. */
  timeLeft(now: number): number | undefined {
    if (this.remaining === 0 || this.firstStart === undefined) return undefined;
    const perSecond = this.pace.perSecond(now);
    if (perSecond !== undefined) return ((this.remaining - this.progress) / perSecond) * 1000;
    const { fraction } = this;
    return fraction < 0.05 ? undefined : ((now - this.firstStart) * (1 - fraction)) / fraction;
  }
}
