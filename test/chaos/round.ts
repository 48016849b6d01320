/** A round, as data: a pipeline, the place it runs in, and what goes wrong. All of it follows from the seed. */

export type PlaceName = "inline" | "threads" | "processes" | "perCall" | "perWorker" | "custom";

/** What goes wrong in one attempt, in the task itself; see test/fixtures/chaos/acts.mjs. */
export type Act = "throws" | "exits" | "dies" | "later" | "hangs" | "waits" | "spins" | "scribbles" | "prints";

export interface Call {
  /** Where it stands: `3`, and `3.0` for what it calls. */
  readonly id: string;
  readonly kind: "work" | "nest" | "group";
  /** Places of earlier calls whose results it takes. */
  readonly inputs: readonly number[];
  readonly children: readonly Call[];
  /** What its attempts come to in each run, each once; those after them go well. */
  readonly acts: readonly Act[];
  /** Every attempt throws. */
  readonly bad: boolean;
  readonly ms: number;
  /** Bytes beside the sum in its result. */
  readonly pad: number;
  readonly dir: boolean;
  readonly labels: Readonly<Record<string, number>>;
  readonly hold: readonly string[];
  readonly cached: boolean;
  readonly retries: number;
  readonly timeout: number | null;
  readonly restart: boolean;
  /** Called in the place of its caller. */
  readonly direct: boolean;
  /** Submitted twice. */
  readonly twin: boolean;
}

/** What lies between a coordinator and its workers; see test/fixtures/chaos/proxy.mjs. */
export interface ChannelFault {
  readonly kind: "flips" | "drops" | "cuts" | "stalls" | "scribbles" | "delays" | "refuses" | "empties";
  readonly side: "in" | "out";
  /** The byte at which it happens. */
  readonly at: number;
}

export type CustomFault = "rejects" | "flips" | "flipsIn" | "cuts" | "empties" | "delays";

/** One process that executes the pipeline, and what it is done to from outside, once tasks took so many turns. */
export interface RunPlan {
  readonly end: { readonly signal: "SIGKILL" | "SIGTERM"; readonly turns: number; readonly ms: number } | null;
  readonly fill: { readonly turns: number; readonly left: number } | null;
  /** Begins at once with the run before it. */
  readonly together: boolean;
}

export type Limit = number | { readonly rate: number; readonly per: number };

export interface Round {
  readonly seed: number;
  readonly place: PlaceName;
  readonly workers: number;
  readonly concurrency: number;
  readonly recycling: { readonly maxCallsPerWorker?: number; readonly idleTimeout?: number };
  readonly cache: boolean;
  readonly journal: boolean;
  readonly limits: Readonly<Record<string, Limit>>;
  readonly calls: readonly Call[];
  readonly cancels: readonly { readonly call: number; readonly ms: number }[];
  readonly channel: readonly ChannelFault[];
  readonly custom: readonly (CustomFault | null)[];
  /** The last of them is left to itself. */
  readonly runs: readonly RunPlan[];
}

/** All calls, with those that they call. */
export function allCalls(calls: readonly Call[]): Call[] {
  return calls.flatMap(call => [call, ...allCalls(call.children)]);
}
