/** What a run would do, as data. */
import { toDot } from "./drawing/dot.ts";
import { toMermaid } from "./drawing/mermaid.ts";
import { type DrawOptions, outline } from "./drawing/outline.ts";

export type { DrawOptions };

/**
 * - `hit`: its result is in the cache.
 * - `run`: it would be executed.
 * - `mayRun`: something that it needs would be executed; whether this will be depends on what comes out.
 * - `unknown`: it stands for calls that cannot be told yet, such as a map over a result that is not there.
 */
export type PlanState = "hit" | "run" | "mayRun" | "unknown";

export interface PlanCall {
  /** As displays name it, such as `score-12`. */
  readonly id: string;
  readonly task: string;
  readonly kind: "task" | "flow";
  readonly state: PlanState;
  /** A sentence; empty for a hit. */
  readonly reason: string;
  readonly key: string | null;
  /** The flow call that makes it; null for the root. */
  readonly parent: string | null;
}

export interface PlanEdge {
  /** The call whose result is needed. */
  readonly from: string;
  readonly to: string;
}

/** How many calls are in which state. */
export type PlanSummary = Readonly<Record<PlanState, number>>;

/** A plan as plain data. */
export interface PlanData {
  readonly calls: readonly PlanCall[];
  readonly edges: readonly PlanEdge[];
  /** Flows planned only up to a value that would have to be computed, by the ids of their calls. */
  readonly unfinished: readonly string[];
}

/**
 * What a run would do: its calls, with what becomes of each and why, and which needs which. Nothing was executed to
 * make it. Drawings of one plan are the same each time.
 *
 * @example
 * const plan = await report.plan("a.csv");
 * plan.summary();            // { hit: 12, run: 2, mayRun: 1, unknown: 0 }
 * plan.calls.filter(call => call.state === "run").map(call => `${call.id}: ${call.reason}`);
 * await writeFile("plan.svg", await plan.toSvg());
 */
export class Plan implements PlanData {
  readonly calls: readonly PlanCall[];
  readonly edges: readonly PlanEdge[];
  readonly unfinished: readonly string[];

  constructor({ calls, edges, unfinished }: PlanData) {
    this.calls = calls;
    this.edges = edges;
    this.unfinished = unfinished;
  }

  /** Counts calls, save flows whose calls are in the plan: they count through them. */
  summary(): PlanSummary {
    const counts = { hit: 0, run: 0, mayRun: 0, unknown: 0 };
    const parents = new Set(this.calls.map(call => call.parent));
    for (const { id, state } of this.calls) if (!parents.has(id)) counts[state] += 1;
    return counts;
  }

  /** A flowchart in the language of Mermaid, for Markdown files. */
  toMermaid(options: DrawOptions = {}): string {
    return toMermaid(outline(this, options));
  }

  /** A graph in the language of Graphviz. */
  toDot(options: DrawOptions = {}): string {
    return toDot(outline(this, options));
  }

  /**
   * A drawing.
   *
   * @throws DrawingError if the package `@viz-js/viz` is not installed, and for drawings of more than 3,000 nodes and edges.
   */
  async toSvg(options: DrawOptions = {}): Promise<string> {
    const { toSvg } = await import("./drawing/svg.ts");
    return toSvg(outline(this, options));
  }

  /** Plain data: the plan and its summary. */
  toJSON(): PlanData & { readonly summary: PlanSummary } {
    return {
      summary: this.summary(),
      calls: [...this.calls],
      edges: [...this.edges],
      unfinished: [...this.unfinished],
    };
  }
}
