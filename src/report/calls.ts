/** Where a call is in its life, as the display counts it. */
export const callStates = [
  "unknown",
  "queued",
  "running",
  "retrying",
  "completed",
  "failed",
  "cancelled",
  "upstreamFailed",
] as const;

export type CallState = (typeof callStates)[number];

export const UNKNOWN = 0;
export const QUEUED = 1;
export const RUNNING = 2;
export const RETRYING = 3;
export const COMPLETED = 4;
export const FAILED = 5;
export const CANCELLED = 6;
export const UPSTREAM_FAILED = 7;

/** What is kept of every call of a run: columns indexed by call number, 21 bytes a call and no object. */
export class CallTable {
  state = new Uint8Array(256);
  task = new Uint32Array(256);
  worker = new Uint32Array(256);
  /** When it began to wait, or to run; milliseconds since the epoch. */
  since = new Float64Array(256);
  /** Time that it spent waiting so far, for inputs, a worker or its next attempt. */
  waited = new Float32Array(256);

  /** Makes room for the calls below `size`. */
  reserve(size: number): void {
    if (size <= this.state.length) return;
    const grown = Math.max(size, this.state.length * 2);
    this.state = copied(this.state, new Uint8Array(grown));
    this.task = copied(this.task, new Uint32Array(grown));
    this.worker = copied(this.worker, new Uint32Array(grown));
    this.since = copied(this.since, new Float64Array(grown));
    this.waited = copied(this.waited, new Float32Array(grown));
  }
}

function copied<T extends Uint8Array | Uint32Array | Float32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
