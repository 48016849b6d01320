/**
 * Where calls run whose code is sent along: in processes of their own for each run, as two runs may have two versions
 * of a task. They go when the run has given nothing for a while.
 */
import type { FlowScope } from "../run/scope.ts";

/** In milliseconds. */
const PATIENCE = 30_000;

export interface OpenFrame {
  readonly scope: FlowScope;
  close(): Promise<void>;
  interrupt(): void;
}

interface Kept {
  readonly frame: Promise<OpenFrame>;
  calls: number;
  timer: NodeJS.Timeout | null;
}

export class SentCode {
  readonly #open: () => Promise<OpenFrame>;
  readonly #patience: number;
  readonly #kept = new Map<string, Kept>();

  /** `patience`: in milliseconds. */
  constructor(open: () => Promise<OpenFrame>, patience = PATIENCE) {
    this.#open = open;
    this.#patience = patience;
  }

  /** Has a call of a run executed, and keeps what that needs until it has ended. */
  async within<T>(run: string, execute: (scope: FlowScope) => Promise<T>): Promise<T> {
    const kept = this.#kept.get(run) ?? this.#begin(run);
    if (kept.timer !== null) clearTimeout(kept.timer);
    kept.calls += 1;
    try {
      return await execute((await kept.frame).scope);
    } finally {
      kept.calls -= 1;
      if (kept.calls === 0) kept.timer = setTimeout(() => void this.#drop(run, kept), this.#patience).unref();
    }
  }

  #begin(run: string): Kept {
    const kept: Kept = { frame: this.#open(), calls: 0, timer: null };
    this.#kept.set(run, kept);
    // The next call tries again; those that wait for this one hear why.
    kept.frame.catch(() => {
      if (this.#kept.get(run) === kept) this.#kept.delete(run);
    });
    return kept;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#kept].map(([run, kept]) => this.#drop(run, kept)));
  }

  interrupt(): void {
    for (const { frame } of this.#kept.values()) frame.then(({ interrupt }) => interrupt()).catch(() => {});
  }

  async #drop(run: string, kept: Kept): Promise<void> {
    if (kept.timer !== null) clearTimeout(kept.timer);
    if (this.#kept.get(run) === kept) this.#kept.delete(run);
    const frame = await kept.frame.catch(() => null);
    await frame?.close();
  }
}
