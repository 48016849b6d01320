/** How the targets of a build have ended so far. */
import type { TargetState } from "../../events/event.ts";
import type { Reason } from "../freshness/judge.ts";
import type { TargetGraph } from "../graph/graph.ts";
import type { Records } from "../records/records.ts";
import type { BuildReport, TargetReport } from "../report.ts";

export interface Outcome {
  readonly state: TargetState;
  readonly reasons: readonly Reason[];
  /** Of a target that is left out, why. */
  readonly skipped?: string;
  readonly ms: number;
  readonly error?: Error;
}

export class Outcomes {
  private readonly byNode = new Map<number, Outcome>();

  set(number: number, outcome: Outcome): void {
    this.byNode.set(number, outcome);
  }

  has(number: number): boolean {
    return this.byNode.has(number);
  }

  get(number: number): Outcome | undefined {
    return this.byNode.get(number);
  }

  /** It has not been executed, and others can go on. */
  isSettled(number: number): boolean {
    const state = this.byNode.get(number)?.state;
    return state === "fresh" || state === "persisted" || state === "completed";
  }

  isSkipped(number: number): boolean {
    return this.byNode.get(number)?.state === "skipped";
  }

  get errors(): readonly { readonly number: number; readonly error: Error }[] {
    return [...this.byNode].flatMap(([number, { error, state }]) =>
      error === undefined || state === "upstreamFailed" || state === "cancelled" ? [] : [{ number, error }],
    );
  }

  report(graph: TargetGraph, records: Records): Pick<BuildReport, "targets" | "counts"> {
    const counts: Partial<Record<TargetState, number>> = {};
    const targets: TargetReport[] = [];
    for (const number of graph.orderOf([...this.byNode.keys()].sort((a, b) => a - b))) {
      const { state, reasons, ms, error, skipped } = this.byNode.get(number)!;
      counts[state] = (counts[state] ?? 0) + 1;
      const { name, identity, makes } = graph.nodes[number]!;
      targets.push({
        name,
        state,
        reasons,
        ms,
        get outputs() {
          const made = new Map(records.get(identity)?.makes.map(each => [each.path, each.size]));
          return makes.map(({ path }) => ({ path, size: made.get(path) ?? null }));
        },
        ...(error !== undefined && { error }),
        ...(skipped !== undefined && { skipped }),
      });
    }
    return { targets, counts };
  }
}
