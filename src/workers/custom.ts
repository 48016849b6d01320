import { CrashedError } from "../errors.ts";
import type { Attempt, Dispatch, Host, RunnerSession } from "../task/runner.ts";
import { CallReports } from "./callreports.ts";
import { open, seal } from "./envelope.ts";
import { Line } from "./line.ts";
import { readReports } from "./protocol.ts";

/** What a user's runner is given of a call besides its bytes. */
export interface RunContext {
  readonly signal: AbortSignal;
  /** Answers what the call asks that runs on the far side, if it calls tasks itself. */
  readonly answer: (bytes: Uint8Array) => Promise<Uint8Array>;
}

type Run = (bytes: Uint8Array, context: RunContext) => Promise<Uint8Array>;

/** A user's runner at work: one call of its function for each attempt. */
export class CustomSession implements RunnerSession {
  readonly #host: Host;
  readonly #name: string;
  readonly #run: Run;
  readonly #running = new Map<number, AbortController>();
  readonly #lines = new Map<number, Line>();
  #free: number[];
  readonly #waiting: Dispatch[] = [];
  /** Places that calls which went on have taken, though none was free. */
  #owed = 0;

  constructor(host: Host, name: string, workers: number, run: Run) {
    this.#host = host;
    this.#name = name;
    this.#run = run;
    this.#free = Array.from({ length: workers }, () => -1);
    host.slots(workers);
  }

  dispatch(calls: readonly Dispatch[]): void {
    this.#waiting.push(...calls);
    this.#fill();
  }

  cancel(ids: readonly number[], reason: string): void {
    for (const id of ids) {
      const controller = this.#running.get(id);
      const queued = this.#waiting.findIndex(call => call.id === id);
      if (queued >= 0) this.#waiting.splice(queued, 1);
      else if (controller === undefined) continue;
      this.#running.delete(id);
      controller?.abort(new Error(reason));
      this.#host.released([id]);
    }
  }

  /** A call that waits is no burden to where it runs. */
  #waits(id: number): void {
    this.#free.push(-1);
    this.#host.waits(id);
    this.#fill();
  }

  resume(id: number): void {
    if (this.#free.pop() === undefined) this.#owed += 1;
    this.#lines.get(id)?.resume();
  }

  tell(id: number, wire: unknown[]): void {
    this.#lines.get(id)?.tell(wire);
  }

  close(): Promise<void> {
    for (const controller of this.#running.values()) controller.abort(new Error("the run has ended"));
    this.#running.clear();
    return Promise.resolve();
  }

  #fill(): void {
    for (let call = this.#waiting[0]; call !== undefined && this.#free.length > 0; call = this.#waiting[0]) {
      this.#waiting.shift();
      void this.#begin(call, this.#takeWorker());
    }
  }

  /** Worker numbers are handed out when they are first used, and used again. */
  #takeWorker(): number {
    const free = this.#free.pop()!;
    return free >= 0 ? free : this.#host.worker(`${this.#name}/${this.#names++}`);
  }
  #names = 1;

  async #begin(call: Dispatch, worker: number): Promise<void> {
    const controller = new AbortController();
    const { id } = call;
    this.#running.set(id, controller);
    this.#host.started(worker, [id]);
    const attempt = await this.#attempt(call, worker, controller.signal);
    if (this.#owed > 0) this.#owed -= 1;
    else this.#free.push(worker);
    if (this.#running.get(id) === controller) {
      this.#running.delete(id);
      this.#host.done([attempt]);
    }
    this.#fill();
  }

  async #attempt(call: Dispatch, worker: number, signal: AbortSignal): Promise<Attempt> {
    const { id } = call;
    let bytes: Uint8Array;
    try {
      bytes = seal(call, this.#host);
    } catch (error) {
      return { id, state: "failed", error: error as Error, ms: 0, worker };
    }
    const from = `the runner ${this.#name}`;
    const reports = new CallReports(this.#host, id, worker, call => this.#waits(call));
    const line = new Line(reports, from);
    this.#lines.set(id, line);
    try {
      readReports(open(await this.#run(bytes, { signal, answer: line.answer }), from), reports);
      if (reports.attempt !== null) return reports.attempt;
      throw new Error("its answer holds no outcome");
    } catch (error) {
      return { id, state: "crashed", error: this.#crash(call, error), ms: 0, worker };
    } finally {
      this.#lines.delete(id);
      line.close();
    }
  }

  #crash({ id, task }: Dispatch, error: unknown): Error {
    const cause = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const hint = `The runner ${this.#name} gave no outcome: see what its run(…) rejected with.`;
    return new CrashedError({ task: `${task.name}-${id}`, cause, hint }, { cause: error });
  }
}
