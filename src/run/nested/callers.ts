import { FAILED } from "../../graph/states.ts";
import type { Call } from "../call.ts";
import type { Run } from "../run.ts";
import type { FlowScope } from "../scope.ts";
import { Back } from "./back.ts";
import { deadlock, nestedScope } from "./scope.ts";

/** Calls under way that call others: what they ask, and when they wait. */
export class Callers {
  private readonly run: Run;

  constructor(run: Run) {
    this.run = run;
  }

  /** The scope of what the call of an attempt calls. */
  nest(id: number): FlowScope {
    const flight = this.run.attempts.flightOf(id)!;
    flight.nest ??= nestedScope(this.run, flight);
    return flight.nest;
  }

  /** What a call that runs elsewhere has to say about what it calls. */
  ask(id: number, wire: unknown[]): void {
    const flight = this.run.attempts.flightOf(id);
    if (flight === undefined || flight.abandoned) return;
    const scope = this.nest(id);
    scope.back ??= new Back(this.run, flight, scope);
    scope.back.hear(wire);
  }

  waits(id: number): void {
    const flight = this.run.attempts.flightOf(id);
    if (flight === undefined || flight.abandoned) return;
    this.run.scheduler.waits(flight.node);
    this.run.plan();
  }

  resumes(id: number): void {
    const flight = this.run.attempts.flightOf(id);
    if (flight === undefined || flight.abandoned) return;
    flight.wantsToResume = true;
    this.run.scheduler.resumes(flight.node);
    this.run.plan();
  }

  /** A call that waited has its slot again. */
  resume(call: Call): void {
    const flight = this.run.attempts.flightOf(call.number);
    if (flight === undefined) return;
    if (flight.wantsToResume) this.run.pools.resume(flight.pool, flight.id);
    else this.run.scheduler.waits(flight.node);
    flight.wantsToResume = false;
  }

  /** What the call needs is held by calls that wait for calls which are held up likewise: somebody has to yield. */
  stuck(call: Call): void {
    this.run.fail(call, FAILED, deadlock(this.run, call), null);
    this.run.scheduler.settled(call.node, FAILED);
    this.run.attempts.stop(call);
    this.run.plan();
  }
}
