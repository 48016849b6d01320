import type { SettledState } from "../events/event.ts";
import { COMPLETED, FAILED } from "../graph/states.ts";
import type { Definition } from "../task/definition.ts";
import { asError } from "./adopted.ts";
import type { Call } from "./call.ts";
import { now } from "./clock.ts";
import type { Run } from "./run.ts";
import type { FlowScope } from "./scope.ts";

/** What some calls of a run have to pass: whether they are executed, with which inputs, and what comes of what they give. */
export interface Admission {
  /** Whether this is for the calls of a task; what they are submitted with is no more than a name then. */
  takes(definition: Definition): boolean;
  /** All that the call comes after has ended well. */
  admit(call: AdmittedCall): Admitted;
  /** An attempt of it has ended well. If this throws, the call has failed, and is not tried again. */
  landed(call: number, value: unknown, ms: number): void;
}

export interface AdmittedCall {
  readonly number: number;
  /** Where it would be executed has this disk too. */
  readonly sharesDisk: boolean;
}

/** How a call ends that is not executed, or what it is executed with; each with the reasons, in words. */
export type Admitted =
  | { readonly state: SettledState; readonly name: string; readonly reasons: readonly string[] }
  | { readonly inputs: unknown[]; readonly name: string; readonly reasons: readonly string[] };

/** Where calls stand that have to be admitted, between the graph and their runner. */
export class Admissions {
  private readonly run: Run;
  private readonly admission: Admission;
  private batch: Call[] = [];
  private readonly held = new Set<Call>();

  constructor(run: Run, admission: Admission) {
    this.run = run;
    this.admission = admission;
  }

  takes(definition: Definition): boolean {
    return this.admission.takes(definition);
  }

  take(call: Call): void {
    this.held.add(call);
    this.batch.push(call);
  }

  holds(call: Call): boolean {
    return this.held.has(call);
  }

  /** A call that is here was cancelled; its future has failed already. */
  stop(call: Call): void {
    this.held.delete(call);
    if (call.node >= 0) this.run.scheduler.freed(call.node);
  }

  /** Lets all that have come go on. */
  send(): void {
    while (this.batch.length > 0) {
      for (const call of this.batch.splice(0)) if (this.held.delete(call)) this.pass(call);
      this.run.plan();
    }
  }

  /** Numbers for calls of a task that end without having been submitted; gives the first. */
  introduce(definition: Definition, count: number, scope: FlowScope): number {
    const { specs, columns } = this.run;
    const task = specs.taskNumber(definition);
    const first = this.run.nextNumber();
    columns.callSubmitted(task, first, scope.number);
    for (let i = 1; i < count; i++) columns.callSubmitted(task, this.run.nextNumber(), scope.number);
    return first;
  }

  /** The value of its future: what it gave is the admission's. Throws what it fails with instead. */
  landed({ number }: Call, value: unknown, ms: number): undefined {
    this.admission.landed(number, value, ms);
  }

  private pass(call: Call): void {
    const { node, number, spec } = call;
    try {
      const sharesDisk = this.run.pools.runnerOf(spec.pool).sharesDisk !== false;
      const admitted = this.admission.admit({ number, sharesDisk });
      const told = { at: now(), calls: [number], names: [admitted.name], reasons: [admitted.reasons] };
      if ("state" in admitted) {
        this.run.columns.emit({ type: "settled", state: admitted.state, ...told });
        this.run.completeUnexecuted(call);
        this.run.scheduler.settled(node, COMPLETED);
        this.run.scheduler.freed(node);
        return;
      }
      this.run.columns.emit({ type: "stale", ...told });
      call.inputs = this.run.intake.capture(spec, admitted.inputs);
      this.run.scheduler.moved(node, spec.pool);
    } catch (error) {
      this.run.fail(call, FAILED, asError(error, spec.definition.name), null);
      this.run.scheduler.settled(node, FAILED);
      this.run.scheduler.freed(node);
    }
  }
}
