import { WaitCycleError } from "../../errors.ts";
import { type Call, idOf } from "../call.ts";
import type { Execution } from "./execution.ts";
import { WaitOrder } from "./order.ts";

const NOBODY: readonly Call[] = [];

/** What is being executed for the cache in this run: by key, by the call that is executed, and by those that joined. */
export class Executions {
  private readonly byKey = new Map<string, Execution>();
  private readonly byCall = new Map<number, Execution>();
  private readonly joinedTo = new Map<Call, Execution>();
  private readonly waits = new WaitOrder<Execution>();

  ofKey(key: string): Execution | undefined {
    return this.byKey.get(key);
  }

  /** The execution that this call is, not one that it joined. */
  of(call: Call): Execution | undefined {
    return this.byCall.get(call.number);
  }

  isUnderWay(execution: Execution): boolean {
    return this.byKey.get(execution.key) === execution;
  }

  add(execution: Execution): void {
    this.byKey.set(execution.key, execution);
    this.byCall.set(execution.call.number, execution);
    if (execution.children !== null) this.orchestrates(execution);
  }

  /** An attempt of a task calls others, as if for the first time. Null if it is not cached. */
  nests(call: Call): Execution | null {
    const execution = this.byCall.get(call.number);
    if (execution === undefined) return null;
    execution.calls();
    this.orchestrates(execution);
    return execution;
  }

  /** It waits for others: a flow, or a task that calls some. */
  private orchestrates(execution: Execution): void {
    this.waits.add(execution);
    const parent = execution.call.spec.scope.execution;
    if (parent !== null) this.waits.wait(parent, execution);
  }

  remove(execution: Execution): void {
    if (this.isUnderWay(execution)) this.byKey.delete(execution.key);
    this.byCall.delete(execution.call.number);
    this.waits.remove(execution);
  }

  /** Nothing waits for it any more, though its result is still on its way into the store. */
  finished(execution: Execution): void {
    this.waits.remove(execution);
  }

  /** @throws WaitCycleError if the execution waits for this call. */
  join(call: Call, execution: Execution): void {
    const parent = call.spec.scope.execution;
    const circle = parent === null ? null : this.waits.wait(parent, execution);
    if (circle !== null) {
      const path = [...circle.map(each => idOf(each.call)), idOf(call)];
      throw new WaitCycleError({ task: idOf(call), path: path.join(" → ") });
    }
    execution.joined ??= new Set();
    execution.joined.add(call);
    this.joinedTo.set(call, execution);
  }

  /** The call that is executed for this one; undefined if it waits for none. */
  joinedBy(call: Call): Call | undefined {
    return this.joinedTo.get(call)?.call;
  }

  /** Takes a call from those that wait for an equal one; false if it is none of them. */
  part(call: Call): boolean {
    const execution = this.joinedTo.get(call);
    if (execution === undefined) return false;
    this.joinedTo.delete(call);
    return execution.joined?.delete(call) === true;
  }

  /** Gives an execution to the first of those that joined it; undefined if there is none. */
  bequeath(execution: Execution): Call | undefined {
    const heir: Call | undefined = execution.joined?.values().next().value;
    if (heir === undefined) return undefined;
    this.part(heir);
    this.byCall.delete(execution.call.number);
    execution.call = heir;
    this.byCall.set(heir.number, execution);
    return heir;
  }

  /** Those that joined, who do so no more. */
  release(execution: Execution): readonly Call[] {
    if (execution.joined === null || execution.joined.size === 0) return NOBODY;
    const calls = [...execution.joined];
    for (const call of calls) this.part(call);
    return calls;
  }
}
