/** How states look: told apart by colour, and without colours by their border. */
import type { PlanState } from "../plan.ts";

/** What is drawn may be a call, a target, or a file that nobody makes. */
export type DrawnState = PlanState | "fresh" | "persisted" | "skipped" | "source";

export interface StateStyle {
  /** For the legend. */
  readonly meaning: string;
  readonly fill: string;
  readonly stroke: string;
  /** In points. */
  readonly width: number;
  readonly line: "solid" | "dashed" | "dotted";
}

/** In the order of counts. */
export const STATES: readonly PlanState[] = ["hit", "run", "mayRun", "unknown"];
/** In the order of legends. */
export const DRAWN_STATES: readonly DrawnState[] = [...STATES, "fresh", "persisted", "skipped", "source"];

/** In words. */
export const STATE_NAMES: Readonly<Record<PlanState, string>> = {
  hit: "hit",
  run: "run",
  mayRun: "may run",
  unknown: "unknown",
};

/** The palette is one that people who do not see red or green can read; text on all fills is black. */
export const STYLES: Readonly<Record<DrawnState, StateStyle>> = {
  hit: { meaning: "hit: taken from the cache", fill: "#d8efe4", stroke: "#007a5a", width: 1, line: "solid" },
  run: { meaning: "run: will be executed", fill: "#fbdcc0", stroke: "#a84300", width: 3, line: "solid" },
  mayRun: {
    meaning: "may run: depends on results that are not there yet",
    fill: "#fbf3c4",
    stroke: "#7a6400",
    width: 2,
    line: "dashed",
  },
  unknown: {
    meaning: "unknown: calls that cannot be told yet",
    fill: "#ececec",
    stroke: "#5a5a5a",
    width: 2,
    line: "dotted",
  },
  fresh: { meaning: "fresh: up to date", fill: "#d8efe4", stroke: "#007a5a", width: 1, line: "solid" },
  persisted: { meaning: "persisted: taken as it is", fill: "#dbe6f6", stroke: "#2a5a9a", width: 1, line: "dashed" },
  skipped: { meaning: "skipped: left out by choice", fill: "#ececec", stroke: "#5a5a5a", width: 1, line: "dotted" },
  source: {
    meaning: "source: a file that no target makes",
    fill: "#ffffff",
    stroke: "#5a5a5a",
    width: 1,
    line: "solid",
  },
};
