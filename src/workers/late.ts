import type { Dispatch, Host, RunnerSession } from "../task/runner.ts";

/**
 * A session whose code is loaded when it is opened, so that programs which never use a runner do not pay for it.
 * Until then it has asked for no slots, and so is given no calls; but it may be given some at the moment when it asks.
 */
export class LateSession implements RunnerSession {
  readonly #loading: Promise<RunnerSession | null>;
  readonly #early: Dispatch[] = [];
  #session: RunnerSession | null = null;

  constructor(host: Host, load: () => Promise<(host: Host) => RunnerSession>) {
    this.#loading = load().then(
      open => {
        const session = open(host);
        this.#session = session;
        if (this.#early.length > 0) session.dispatch(this.#early.splice(0));
        return session;
      },
      error => {
        host.broken(error instanceof Error ? error : new Error(String(error)));
        return null;
      },
    );
  }

  dispatch(calls: readonly Dispatch[]): void {
    if (this.#session === null) this.#early.push(...calls);
    else this.#session.dispatch(calls);
  }

  cancel(ids: readonly number[], reason: string): void {
    this.#session?.cancel(ids, reason);
  }

  resume(id: number): void {
    this.#session?.resume(id);
  }

  tell(id: number, wire: unknown[]): void {
    this.#session?.tell(id, wire);
  }

  takes(value: unknown): boolean {
    return this.#session?.takes?.(value) === true;
  }

  async close(): Promise<void> {
    await (await this.#loading)?.close();
  }
}
