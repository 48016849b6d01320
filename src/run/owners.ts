import { COMPLETED, FAILED } from "../graph/states.ts";
import { type Call, CallFuture } from "./call.ts";
import type { Failure } from "./failure.ts";
import { FutureBase } from "./future.ts";
import { ElementFuture } from "./list.ts";
import { readers } from "./live/readers.ts";
import type { Run } from "./run.ts";
import type { FlowScope } from "./scope.ts";

/** What the nodes of the graph stand for: calls, and futures that are settled from outside the graph. */
export class Owners {
  private readonly run: Run;
  private readonly owners: (Call | FutureBase | undefined)[] = [];
  private readonly externals = new Map<FutureBase, number>();

  constructor(run: Run) {
    this.run = run;
  }

  set(node: number, owner: Call): void {
    this.owners[node] = owner;
  }

  remove(node: number): void {
    const owner = this.owners[node];
    this.owners[node] = undefined;
    if (owner === undefined || !isCall(owner)) return;
    owner.node = -1;
    if (readers.ended(owner)) this.run.live?.relieve();
  }

  /** The call that a node is; only for nodes that are dispatched or depend on others, which are calls. */
  callOf(node: number): Call {
    return this.owners[node] as Call;
  }

  /** The same, as it is about to start: what it reads stays in memory until it has ended for good. */
  starting(node: number): Call {
    const call = this.callOf(node);
    readers.begins(call);
    return call;
  }

  failureOf(node: number): Failure {
    return this.owners[node]!.failure!;
  }

  /** True until the call has ended. */
  isOpen(call: Call): boolean {
    if (call.node < 0 || call.failure !== null) return false;
    return !(call instanceof FutureBase && call.isSettled);
  }

  callsWithin(scope: FlowScope): Call[] {
    const found: Call[] = [];
    for (const owner of this.owners) {
      if (owner !== undefined && isCall(owner) && owner.spec.scope.isWithin(scope)) found.push(owner);
    }
    return found;
  }

  /** The node of an unsettled future; one that is no call of this run gets a node that is settled from outside. */
  nodeOf(future: FutureBase): number {
    if (future instanceof CallFuture && future.run === this.run) return future.node;
    if (future instanceof ElementFuture && future.job.run === this.run) {
      const node = future.job.nodeOf(future.index);
      if (node >= 0) return node;
    }
    return this.externals.get(future) ?? this.adopt(future);
  }

  private adopt(future: FutureBase): number {
    const { scheduler } = this.run;
    const node = scheduler.declare(future.depth);
    this.owners[node] = future;
    this.externals.set(future, node);
    future.listen(() => {
      this.externals.delete(future);
      scheduler.settled(node, future.hasFailed ? FAILED : COMPLETED);
      this.run.plan();
    });
    return node;
  }
}

function isCall(owner: Call | FutureBase): owner is Call {
  return "spec" in owner;
}
