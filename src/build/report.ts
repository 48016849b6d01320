/** What `build()` gives when it has ended. */
import type { TargetState } from "../events/event.ts";
import type { Reason } from "./freshness/judge.ts";

export interface TargetReport {
  /** Such as `clean` or `part(3)`. */
  readonly name: string;
  readonly state: TargetState;
  /** Why it was built; empty for what was not. */
  readonly reasons: readonly Reason[];
  /** How long it ran, in milliseconds; 0 for what was not executed. */
  readonly ms: number;
  /** Its outputs, by their places in the project, with sizes in bytes where they are there. */
  readonly outputs: readonly { readonly path: string; readonly size: number | null }[];
  /** Why it was left out, if it was. */
  readonly skipped?: string;
  /** What it failed with. */
  readonly error?: Error;
}

export interface BuildReport {
  /** Nothing failed, and nothing was left undone but by choice. */
  readonly ok: boolean;
  /** The id of the run. */
  readonly run: string;
  readonly ms: number;
  /** Every target that was selected, behind those that it needs. */
  readonly targets: readonly TargetReport[];
  /** How many targets ended in which state. */
  readonly counts: Readonly<Partial<Record<TargetState, number>>>;
  /** Outputs of earlier builds that no target makes any more, by their places in the project. */
  readonly orphans: readonly string[];
}
