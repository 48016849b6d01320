import type { PackedValue } from "../codec/packed.ts";
import { CANCELLED, FAILED, UPSTREAM_FAILED } from "../graph/states.ts";
import { captureKeyed } from "./cached/keyed-inputs.ts";
import { digestOf } from "./cached/keys.ts";
import { type Call, CallFuture, cancelledError, idOf } from "./call.ts";
import { upstreamError } from "./failure.ts";
import type { FutureBase } from "./future.ts";
import { type CallInputs, captureEncoded, captureShared } from "./inputs.ts";
import { keptPacked } from "./kept.ts";
import { nameOfCall } from "./naming.ts";
import type { Owners } from "./owners.ts";
import type { Run } from "./run.ts";
import { isJournalled, type Spec } from "./spec.ts";
import type { Loaded } from "./stored.ts";

/** Takes new calls into the graph: captures their inputs, and finds what they wait for. */
export class Intake {
  private readonly run: Run;
  private readonly owners: Owners;
  /** Used again for each call, as a million of them would cost more than the graph. */
  private readonly inputNodes: number[] = [];

  constructor(run: Run, owners: Owners) {
    this.run = run;
    this.owners = owners;
  }

  begin(call: Call, given: unknown[], after: readonly unknown[] | null): void {
    const { spec } = call;
    spec.scope.callBegan();
    const { execution, stopping } = spec.scope;
    if (execution !== null && spec.cache === null && stopping === null) this.run.gate!.uncached(call, execution);
    this.run.columns.callSubmitted(spec.task, call.number, spec.scope.number);
    if (spec.options.callName !== undefined) this.name(call, given);
    if (this.run.journal !== null && isJournalled(spec)) this.run.journal.begins(call, given, this.run.futureOf);
    if (stopping !== null) {
      this.run.fail(call, CANCELLED, cancelledError(idOf(call), stopping), null);
      return;
    }
    try {
      call.inputs = this.capture(spec, given);
    } catch (error) {
      this.run.fail(call, FAILED, error as Error, null);
      return;
    }
    const needs = after === null ? call.inputs.futures : [...call.inputs.futures, ...(after as FutureBase[])];
    this.enter(call, needs);
  }

  /** Executes once more a call that has completed, as its result was lost. */
  again(spec: Spec, inputs: CallInputs): Promise<Loaded> {
    const call = new CallFuture({ ...spec, scope: spec.scope.whileOpen() }, this.run.nextNumber());
    call.observe();
    call.spec.scope.callBegan();
    this.run.columns.callSubmitted(spec.task, call.number, spec.scope.number);
    call.inputs = inputs;
    this.enter(call, []);
    return new Promise((resolve, reject) => {
      call.listen(() => {
        if (call.error !== undefined) reject(call.error);
        else resolve({ value: keptPacked(call) as PackedValue, digest: digestOf(call) });
      });
    });
  }

  capture({ cache, shared, room, strict, subject }: Spec, given: unknown[]): CallInputs {
    const { futureOf } = this.run;
    if (cache === null && shared) return captureShared(given, futureOf, strict, subject.task);
    return (cache === null ? captureEncoded : captureKeyed)(given, futureOf, subject, room);
  }

  /** A call that waits for others comes after one more: what was submitted later may turn out to be needed. */
  join(call: Call, need: FutureBase): void {
    const { scheduler } = this.run;
    if (call.node < 0 || call.failure !== null) return;
    if (!need.isSettled) scheduler.joined(call.node, this.owners.nodeOf(need));
    else if (need.failure !== null) {
      this.run.fail(call, UPSTREAM_FAILED, upstreamError(idOf(call), need.failure), need.failure);
      scheduler.settled(call.node, UPSTREAM_FAILED);
    }
  }

  private enter(call: Call, needs: readonly FutureBase[]): void {
    this.run.settings.planner?.entered(call, needs);
    const inputs = this.inputNodes;
    let count = 0;
    for (const need of needs) {
      if (need.hasFailed) {
        const failure = need.failure!;
        this.run.fail(call, UPSTREAM_FAILED, upstreamError(idOf(call), failure), failure);
        // Who looks at this call has seen its other inputs too, however they end.
        for (const other of needs) {
          if (other !== need) other.listen(() => other.failure !== null && call.failure!.because(other.failure));
        }
        return;
      }
      if (!need.isSettled) inputs[count++] = this.owners.nodeOf(need);
    }
    // Where results are bounded, what consumes some goes before what only adds to them, though they may have settled.
    const consumes = this.run.live !== null && needs.length > 0;
    const node = this.run.scheduler.declare(consumes ? 1 : 0);
    call.node = node;
    this.owners.set(node, call);
    const { priority, demand, scope } = call.spec;
    this.run.scheduler.define(node, this.entranceOf(call), priority, inputs, count, demand, scope.within);
    this.run.plan();
  }

  private entranceOf({ spec }: Call): number {
    if (spec.admitted) return this.run.pools.admission;
    if (spec.cache !== null) return this.run.pools.gate;
    const looks = this.run.settings.planner !== undefined || this.run.journal?.resumes === true;
    return looks && isJournalled(spec) ? this.run.pools.gate : spec.pool;
  }

  private name(call: Call, given: readonly unknown[]): void {
    try {
      const name = nameOfCall(call.spec.options, given);
      if (name !== undefined) this.run.columns.emit({ type: "named", call: call.number, name });
    } catch (error) {
      this.run.warn(`callName of ${call.spec.definition.name} failed: ${String(error)}`, call.number);
    }
  }
}
