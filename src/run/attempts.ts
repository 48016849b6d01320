import type { FailureState } from "../events/event.ts";
import { errorFacts } from "../events/facts.ts";
import { CANCELLED, COMPLETED, CRASHED, FAILED, nameOfState, TIMED_OUT, UPSTREAM_FAILED } from "../graph/states.ts";
import type { DirectoryFact } from "../store/entry.ts";
import type { Attempt } from "../task/runner.ts";
import { Alarm } from "./alarm.ts";
import { unstorable } from "./cached/kept-results.ts";
import { type Call, cancelledError, idOf } from "./call.ts";
import { after, now } from "./clock.ts";
import { Flight } from "./flight.ts";
import { KeepAlive } from "./keep-alive.ts";
import { Late, lateEnds } from "./late.ts";
import { isOverdue, overdue } from "./overdue.ts";
import { Restarts } from "./restarts.ts";
import { retryDelay } from "./retry.ts";
import { tellRetrying } from "./retrying.ts";
import type { Run } from "./run.ts";
import { UnderWay } from "./under-way.ts";

const STATES = {
  failed: FAILED,
  crashed: CRASHED,
  timedOut: TIMED_OUT,
  cancelled: CANCELLED,
  upstreamFailed: UPSTREAM_FAILED,
  unreachable: FAILED,
} as const;

type Ending = Pick<Attempt, "error" | "ms" | "worker">;

/** The attempts under way: how they start, end, time out, and are made again. */
export class Attempts {
  /** Why calls were cancelled, by number, until their attempt has ended. */
  readonly reasons = new Map<number, string>();
  private readonly run: Run;
  private readonly flights = new UnderWay<Flight>();
  /** What goes on for another call than the one that it was begun for, by the number of that other. */
  private readonly inherited = new Map<number, Flight>();
  private readonly keepAlive = new KeepAlive();
  private readonly restarts = new Restarts();
  readonly alarm: Alarm;

  constructor(run: Run) {
    this.run = run;
    this.alarm = new Alarm(run);
  }

  take(call: Call, pool: number): Flight {
    const flight = new Flight(call, ++call.attempt, pool);
    if (call.spec.cache !== null) flight.place = this.run.directories.placeOf(flight);
    this.flights.set(flight.id, flight);
    if (pool !== this.run.pools.flows) this.keepAlive.add();
    return flight;
  }

  started(worker: number, ids: readonly number[]): void {
    const at = now();
    const begun: number[] = [];
    for (const id of ids) {
      const flight = this.flights.get(id);
      if (flight === undefined) continue;
      this.run.scheduler.started(flight.node, at);
      // A worker may begin a call that has been cancelled in the meantime.
      if (flight.abandoned) continue;
      begun.push(id);
      flight.begin(worker, at);
      const { call } = flight;
      if (flight.inherited) this.run.scheduler.started(call.node, at);
      if (flight.timeout > 0) flight.stopTimer = after(flight.timeout, () => this.timedOut(flight));
      if (call.spec.watched) this.run.hook(call, "onStart", "running", []);
    }
    if (begun.length > 0) this.run.columns.callsStarted(worker, begun, at, this.run.limits.timed);
    if (this.run.limits.timed) this.run.plan();
  }

  readonly flightOf = (id: number) => this.flights.get(id);

  done(attempts: readonly Attempt[]): void {
    for (const attempt of attempts) {
      const flight = this.land(attempt.id, attempt);
      if (flight === undefined) continue;
      if (flight.abandoned) this.freed(flight);
      else if (attempt.state === "completed" && !isOverdue(flight, attempt)) this.completed(flight, attempt);
      else if (attempt.state === "completed")
        this.failed(flight, TIMED_OUT, { ...attempt, error: overdue(flight) }, true);
      else this.failed(flight, STATES[attempt.state], attempt, attempt.state !== "unreachable");
    }
    this.run.plan();
  }

  lost(ids: readonly number[], reason: string): void {
    for (const id of ids) {
      const flight = this.land(id);
      if (flight === undefined) continue;
      const { call } = flight;
      if (flight.abandoned) {
        this.freed(flight);
        continue;
      }
      const error = this.restarts.refused(call, reason);
      if (error !== null) {
        this.failed(flight, CRASHED, { error, ms: 0, worker: flight.worker ?? -1 }, true);
        continue;
      }
      call.attempt--;
      this.run.columns.emit({ type: "restarted", at: now(), call: id, reason });
      this.run.scheduler.lost(call.node);
      this.freeSlot(flight);
    }
    this.run.plan();
  }

  released(ids: readonly number[]): void {
    for (const id of ids) {
      const flight = this.land(id);
      if (flight !== undefined) this.freed(flight);
    }
    this.run.plan();
  }

  madeDirectory(id: number, path: string): void {
    this.run.directories.made(this.flights.get(id), path);
  }

  /** Ends all that a runner holds, which cannot work any more. */
  broken(pool: number, error: Error): void {
    for (const flight of this.flights.all()) {
      if (flight.pool !== pool) continue;
      this.land(flight.id);
      if (flight.abandoned) this.freed(flight);
      else this.failed(flight, CRASHED, { error, ms: 0, worker: flight.worker ?? -1 }, false);
    }
    this.run.plan();
  }

  /** A call is about to be cancelled. */
  leaves(call: Call, reason: string): void {
    this.reasons.set(call.number, reason);
    const flight = this.inherited.get(call.number) ?? this.flights.get(call.number);
    if (flight?.call === call && !flight.abandoned) flight.late = new Late(this.run, flight);
  }

  /** Resolves when all that was cancelled has ended, as far as its result would be kept, or after a while. */
  rest(): Promise<void> {
    return lateEnds(this.run, this.flights);
  }

  /** A call was cancelled while it was under way. */
  stop(call: Call): void {
    const flight = this.inherited.get(call.number) ?? this.flights.get(call.number);
    if (flight === undefined) return;
    if (this.inherited.delete(call.number)) this.run.scheduler.freed(call.node);
    if (flight.call !== call) return;
    flight.stopTimer?.();
    flight.abandoned = true;
    flight.nest?.giveUp(`${flight.display} was cancelled`);
    flight.retryIn = null;
    this.run.pools.cancel(flight.pool, flight.id, this.reasons.get(call.number) ?? "cancelled");
  }

  /** Lets an attempt go on for another, equal call; false if none is under way. */
  inherit(call: Call, heir: Call): boolean {
    const flight = this.inherited.get(call.number) ?? this.flights.get(call.number);
    if (flight === undefined || flight.call !== call) return false;
    flight.call = heir;
    flight.inherited = true;
    heir.attempt = call.attempt;
    this.inherited.set(heir.number, flight);
    return true;
  }

  /** The run has ended: nobody waits for what a runner was not given time to stop. */
  close(): void {
    this.alarm.clear();
    for (const flight of this.flights.all()) this.land(flight.id);
  }

  emitFailed(call: Call, state: number, error: Error, worker: number | null, ms: number): void {
    const { number, attempt } = call;
    const facts = errorFacts(error);
    const name = this.stateName(state);
    this.run.columns.emit({ type: "failed", at: now(), call: number, state: name, error: facts, attempt, worker, ms });
  }

  stateName(state: number): FailureState {
    return nameOfState(state) as FailureState;
  }

  private completed(flight: Flight, attempt: Attempt): void {
    const { directory, call } = flight;
    if (call.spec.cache === null || directory === null) {
      this.finish(flight, attempt, null);
      return;
    }
    void this.run.directories.factOf(flight).then(fact => {
      if (call.failure !== null) this.freed(flight);
      else this.finish(flight, attempt, fact);
      this.run.plan();
    });
  }

  private finish(flight: Flight, attempt: Attempt, directory: DirectoryFact | null): void {
    const { call } = flight;
    const { node, inputs } = call;
    let { value } = attempt;
    try {
      if (call.spec.admitted) value = this.run.admissions!.landed(call, value, attempt.ms);
      else if (call.spec.cache !== null) value = this.run.gate!.executed(call, value, attempt.ms, directory);
      else if (flight.directory !== null) this.run.journal?.failed(call);
    } catch (error) {
      this.failed(flight, FAILED, { ...attempt, error: error as Error }, false);
      return;
    }
    this.run.complete(call, value, attempt.worker, attempt.ms);
    if (!flight.inherited) inputs?.release();
    this.run.scheduler.settled(node, COMPLETED);
    this.run.scheduler.freed(node);
    this.freeSlot(flight);
  }

  private failed(flight: Flight, state: number, end: Ending, mayRetry: boolean): void {
    const { call } = flight;
    const { node, inputs } = call;
    const given = end.error ?? cancelledError(idOf(call), "its worker cancelled it");
    const error = call.spec.cache === null ? given : unstorable(given, idOf(call));
    const delay = mayRetry ? this.delayOf(flight, state, error) : null;
    // It may not have come to one.
    const worker = end.worker < 0 ? null : end.worker;
    if (delay !== null) {
      tellRetrying(this.run, flight, state, error, delay, { worker, ms: end.ms });
      this.run.scheduler.failedForNow(node, now() + delay);
      this.freeSlot(flight);
      return;
    }
    this.run.fail(call, state, error, null, worker, end.ms);
    if (!flight.inherited) inputs?.release();
    this.run.scheduler.settled(node, state);
    this.run.scheduler.freed(node);
    this.freeSlot(flight);
  }

  private timedOut(flight: Flight): void {
    if (flight.abandoned || this.flights.get(flight.id) !== flight) return;
    const { call } = flight;
    const ms = now() - flight.startedAt;
    const error = overdue(flight);
    flight.abandoned = true;
    flight.nest?.giveUp(`${flight.display} took too long`);
    const delay = this.delayOf(flight, TIMED_OUT, error);
    if (delay === null) {
      this.run.fail(call, TIMED_OUT, error, null, flight.worker, ms);
      this.run.scheduler.settled(call.node, TIMED_OUT);
    } else {
      flight.retryIn = delay;
      tellRetrying(this.run, flight, TIMED_OUT, error, delay, { worker: flight.worker, ms });
    }
    this.run.pools.cancel(flight.pool, flight.id, `its time-out of ${flight.timeout} ms passed`);
    this.run.plan();
  }

  private delayOf(flight: Flight, state: number, error: Error): number | null {
    try {
      const delay = retryDelay(flight.call.spec, state, error, flight.attempt, Math.random());
      return delay !== null && this.run.settings.retryAtOnce === true ? 0 : delay;
    } catch (problem) {
      this.run.warn(`The retry settings of ${idOf(flight.call)} failed: ${String(problem)}`, flight.id);
      return null;
    }
  }

  /** The slot of an attempt that nobody waits for any more is free. */
  private freed(flight: Flight): void {
    const { node } = flight.call;
    if (node >= 0) {
      if (flight.retryIn === null) this.run.scheduler.freed(node);
      else this.run.scheduler.failedForNow(node, now() + flight.retryIn);
    }
    this.freeSlot(flight);
  }

  /** Frees the slot of the call that an attempt was begun for, if it went on for another. */
  private freeSlot({ call, node, inherited }: Flight): void {
    if (!inherited) return;
    this.inherited.delete(call.number);
    this.run.scheduler.freed(node);
  }

  private land(id: number, attempt: Attempt | null = null): Flight | undefined {
    const flight = this.flights.get(id);
    if (flight === undefined) return undefined;
    this.flights.delete(id);
    if (flight.pool !== this.run.pools.flows) this.keepAlive.remove();
    if (this.reasons.size > 0) this.reasons.delete(id);
    flight.stopTimer?.();
    flight.nest?.giveUp(`${flight.display} ended without waiting for it`);
    if (flight.abandoned) flight.late?.land(attempt);
    return flight;
  }
}
