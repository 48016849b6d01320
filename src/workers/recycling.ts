/** When workers are replaced or sent home, though nothing is wrong with them. */
import { formatSize } from "../config/size.ts";
import type { Member } from "./member.ts";

/** Infinity stands for no limit. */
export interface RecyclingLimits {
  /** Calls that one worker executes. */
  readonly calls: number;
  /** Bytes that a worker may have in use at the end of a call. */
  readonly memory: number;
  /** Milliseconds without a call. */
  readonly idle: number;
}

export const keepsWorkers: RecyclingLimits = {
  calls: Number.POSITIVE_INFINITY,
  memory: Number.POSITIVE_INFINITY,
  idle: Number.POSITIVE_INFINITY,
};

/** Ends one worker. */
export type EndsWorker = (member: Member, reason: "recycled" | "idle", detail: string) => void;

/** Finds the workers of a pool that are to end between two calls: those that have done their part, and idle ones. */
export class Recycling {
  readonly #limits: RecyclingLimits;
  readonly #end: EndsWorker;
  /** Has the pool look again. */
  readonly #look: () => void;
  #timer: NodeJS.Timeout | null = null;

  constructor(limits: RecyclingLimits, end: EndsWorker, look: () => void) {
    this.#limits = limits;
    this.#end = end;
    this.#look = look;
  }

  /** Ends the workers whose time has come. */
  review(members: Iterable<Member>): void {
    const now = performance.now();
    let next = Number.POSITIVE_INFINITY;
    for (const member of [...members]) {
      if (member.state !== "ready" || !member.done) continue;
      const left = this.#limits.idle - (now - member.heard);
      if (member.spent) this.#end(member, "recycled", this.#reason(member));
      else if (left <= 0) this.#end(member, "idle", `no call for ${this.#limits.idle} ms`);
      else next = Math.min(next, left);
    }
    this.#arm(next);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #reason({ full, ended }: Member): string {
    if (ended < this.#limits.calls && full === 0) return "there is no room for the claims of further calls";
    if (full === 0) return `after ${ended === 1 ? "one call" : `${ended} calls`}`;
    return `it had ${formatSize(full)} in use, of ${formatSize(this.#limits.memory)}`;
  }

  #arm(ms: number): void {
    this.stop();
    if (ms !== Number.POSITIVE_INFINITY) this.#timer = setTimeout(this.#look, Math.ceil(ms)).unref();
  }
}
