import type { EventBus } from "../events/bus.ts";
import type { HeddleEvent } from "../events/event.ts";
import { now } from "./clock.ts";

const FULL = 2048;
const AT_MOST_MS = 50;

/** Calls of one worker that have completed. */
interface Ended {
  readonly worker: number;
  readonly calls: number[];
  readonly ms: number[];
}

/**
 * Gathers what happens to calls by the thousand into one event for many: which were submitted, started, completed.
 * All other events go through here as well, behind what happened before them.
 */
export class Columns {
  private readonly bus: EventBus;
  private submitted: { at: number; task: number; parent: number | null; first: number; count: number } | null = null;
  private begun: { at: number; worker: number; calls: number[] } | null = null;
  private readonly completed = new Map<number, Ended>();
  /** Of the worker that was heard of last. */
  private last: Ended | null = null;
  private cached: number[] = [];
  private keyed: { calls: number[]; keys: string[]; reasons: Record<number, string> } = {
    calls: [],
    keys: [],
    reasons: {},
  };
  private waiting = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(bus: EventBus) {
    this.bus = bus;
  }

  emit(event: HeddleEvent): void {
    this.write();
    this.bus.emit(event);
  }

  callSubmitted(task: number, call: number, parent: number | null): void {
    const last = this.submitted;
    if (last !== null && last.task === task && last.parent === parent && last.first + last.count === call) {
      last.count++;
      return;
    }
    this.writeSubmitted();
    this.submitted = { at: now(), task, parent, first: call, count: 1 };
    this.pending();
  }

  /** `apart`: not together with those that began somewhat earlier, as the time counts. */
  callsStarted(worker: number, calls: readonly number[], at: number, apart: boolean): void {
    this.writeSubmitted();
    if (apart || this.begun?.worker !== worker) {
      this.writeBegun();
      this.begun = { at, worker, calls: [...calls] };
    } else for (const call of calls) this.begun.calls.push(call);
    this.pending();
  }

  callCompleted(worker: number, call: number, ms: number): void {
    const column = this.last?.worker === worker ? this.last : this.endedOn(worker);
    column.calls.push(call);
    column.ms.push(ms);
    this.pending();
  }

  private endedOn(worker: number): Ended {
    let column = this.completed.get(worker);
    if (column === undefined) {
      column = { worker, calls: [], ms: [] };
      this.completed.set(worker, column);
    }
    this.last = column;
    return column;
  }

  callCached(call: number): void {
    this.cached.push(call);
    this.pending();
  }

  callKeyed(call: number, key: string, reason: string | null): void {
    if (reason !== null) this.keyed.reasons[this.keyed.calls.length] = reason;
    this.keyed.calls.push(call);
    this.keyed.keys.push(key);
    this.pending();
  }

  write(): void {
    if (this.timer !== undefined) clearTimeout(this.timer);
    this.timer = undefined;
    this.waiting = 0;
    this.writeSubmitted();
    this.writeBegun();
    const at = now();
    if (this.keyed.calls.length > 0) {
      this.bus.emit({ type: "keyed", at, ...this.keyed });
      this.keyed = { calls: [], keys: [], reasons: {} };
    }
    if (this.cached.length > 0) {
      this.bus.emit({ type: "cached", at, calls: this.cached });
      this.cached = [];
    }
    if (this.completed.size === 0) return;
    // Flows, whose worker is -1, come last: after the calls that they waited for.
    const columns = [...this.completed].sort(([a], [b]) => b - a);
    for (const [worker, { calls, ms }] of columns) this.bus.emit({ type: "completed", at, worker, calls, ms });
    this.completed.clear();
    this.last = null;
  }

  private pending(): void {
    this.waiting++;
    if (this.waiting >= FULL) this.write();
    else if (this.timer === undefined) this.timer = setTimeout(() => this.write(), AT_MOST_MS).unref();
  }

  private writeSubmitted(): void {
    if (this.submitted === null) return;
    this.bus.emit({ type: "submitted", ...this.submitted });
    this.submitted = null;
  }

  private writeBegun(): void {
    if (this.begun === null) return;
    this.bus.emit({ type: "started", ...this.begun });
    this.begun = null;
  }
}
