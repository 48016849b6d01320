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
  readonly #kept = new Map<string, Kept>();

  constructor(open: () => Promise<OpenFrame>) {
    this.#open = open;
  }

  /** Has a call of a run executed, and keeps what that needs until it has ended. */
  async within<T>(run: string, execute: (scope: FlowScope) => Promise<T>): Promise<T> {
    const kept = this.#kept.get(run) ?? { frame: this.#open(), calls: 0, timer: null };
    this.#kept.set(run, kept);
    if (kept.timer !== null) clearTimeout(kept.timer);
    kept.calls += 1;
    try {
      return await execute((await kept.frame).scope);
    } finally {
      kept.calls -= 1;
      if (kept.calls === 0) kept.timer = setTimeout(() => void this.#drop(run, kept), PATIENCE).unref();
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#kept].map(([run, kept]) => this.#drop(run, kept)));
  }

  interrupt(): void {
    for (const { frame } of this.#kept.values()) void frame.then(({ interrupt }) => interrupt());
  }

  async #drop(run: string, { frame, timer }: Kept): Promise<void> {
    if (timer !== null) clearTimeout(timer);
    this.#kept.delete(run);
    await (await frame).close();
  }
}
