import { sayReasons } from "../../cache/explain.ts";
import type { Reason } from "../../cache/reason.ts";
import type { PlanCall, PlanEdge, PlanState } from "../../graph/plan.ts";
import { type Call, idOf } from "../call.ts";
import { DerivedFuture } from "../derived.ts";
import type { FutureBase } from "../future.ts";
import { ListFuture } from "../list.ts";
import type { MapJob } from "../mapping.ts";

interface Planned {
  readonly call: Call;
  readonly needs: readonly FutureBase[];
  state: PlanState | null;
  reason: string;
  key: string | null;
}

/** Takes down what would become of calls, where none is executed. */
export class Planner {
  private readonly planned = new Map<number, Planned>();
  /** Grows with everything that is learnt. */
  learnt = 0;
  /** What is being read at the moment. */
  reading = 0;

  entered(call: Call, needs: readonly FutureBase[]): void {
    this.learnt++;
    this.planned.set(call.number, { call, needs, state: null, reason: "", key: null });
  }

  decided(call: Call, state: PlanState, reasons: readonly Reason[], key: string | null): void {
    this.note(call, state, reasons.length === 0 ? "" : sayReasons(reasons), key);
  }

  /** The call would take the result of another. */
  joined(call: Call, other: Call, key: string): void {
    this.note(call, "mayRun", `same call as ${idOf(other)}, which runs once for both`, key);
  }

  calls(): PlanCall[] {
    const all = [...this.planned.values()];
    const hits = new Set(all.flatMap(({ call, state }) => (state === "hit" ? [idOf(call)] : [])));
    return all.map(planned => {
      const { call, key } = planned;
      const { definition, scope } = call.spec;
      const { state, reason } = this.stateOf(planned, hits);
      const parent = scope.number === null ? null : (this.planned.get(scope.number) ?? null);
      const { name: task, kind } = definition;
      return { id: idOf(call), task, kind, state, reason, key, parent: parent === null ? null : idOf(parent.call) };
    });
  }

  edges(): PlanEdge[] {
    return [...this.planned.values()].flatMap(({ call, needs }) => {
      const froms = new Set(needs.flatMap(callsBehind));
      return [...froms].map(from => ({ from, to: idOf(call) }));
    });
  }

  private note(call: Call, state: PlanState, reason: string, key: string | null): void {
    this.learnt++;
    const planned = this.planned.get(call.number);
    if (planned === undefined) return;
    planned.state = state;
    planned.reason = reason;
    planned.key = key;
  }

  private stateOf(
    { call, needs, state, reason }: Planned,
    hits: ReadonlySet<string>,
  ): { state: PlanState; reason: string } {
    if (state !== null) return { state, reason };
    const off: Reason = { why: "cacheOff" };
    const unsettled = needs.filter(need => !need.isSettled);
    const waits = unsettled.flatMap(callsBehind).filter(id => !hits.has(id));
    if (call.spec.cache === null) return { state: "run", reason: sayReasons([off]) };
    return { state: "mayRun", reason: sayReasons([{ why: "upstreamRuns", calls: [...new Set(waits)] }]) };
  }
}

/** What stands in a plan for the calls of a map that cannot be told yet. */
export function unknownOf(job: MapJob, parent: string | null): { call: PlanCall; edges: PlanEdge[] } {
  const id = `${job.id} #${job.spec.definition.name}`;
  const { name: task, kind } = job.spec.definition;
  const from = job.waitsFor.flatMap(callsBehind);
  const reason =
    from.length === 0 ? "its elements are not known yet" : `its elements are what ${from.join(", ")} gives`;
  const call: PlanCall = { id, task, kind, state: "unknown", reason, key: null, parent };
  return { call, edges: from.map(each => ({ from: each, to: id })) };
}

/** The display names of the calls that a future is the result of. */
export function callsBehind(future: FutureBase): string[] {
  if (future instanceof DerivedFuture) return future.sources.flatMap(callsBehind);
  if (future instanceof ListFuture) return future.callIds();
  return [future.id];
}
