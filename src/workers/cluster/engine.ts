import type { CodeWay } from "../travel/code.ts";

/** What differs between engines, as the coordinator sees them, and what a runner has been told. */
export interface ClusterSettings {
  readonly name: "dask" | "ray";
  /** The bridge's file in python/, without its ending. */
  readonly bridge: string;
  /** The package that the bridge needs. */
  readonly package: string;
  /** The program that runs the bridge. */
  readonly python: string;
  /** The program that runs the workers, where the engine has its own. */
  readonly node: string;
  readonly env: Readonly<Record<string, string>>;
  readonly init: string | null;
  readonly code: CodeWay;
  /** What the bridge is told of the cluster: plain JSON. */
  readonly cluster: Readonly<Record<string, unknown>>;
  /** Whether its connection outlives the run, so that another run can have it. */
  readonly rests: boolean;
  /** Values of more bytes stay in the cluster. */
  readonly small: number;
}

/** How long a cancelled call may take to obey, in seconds. */
export const GRACE = 0.2;
