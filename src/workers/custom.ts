import { readFrame } from "../codec/whole-frame.ts";
import { CrashedError } from "../errors.ts";
import type { Attempt, Dispatch, Host, RunnerSession } from "../task/runner.ts";
import { afterHearing } from "./after-hearing.ts";
import { CallReports } from "./callreports.ts";
import { seal } from "./envelope.ts";
import { Line } from "./line.ts";
import { readReports } from "./protocol.ts";
import { FileDesk } from "./travel/desk.ts";
import { Lending } from "./travel/lending.ts";

/** What a user's runner is given of a call besides its bytes. */
export interface RunContext {
  readonly signal: AbortSignal;
  /** Answers what the call asks that runs on the far side, if it calls tasks itself. */
  readonly answer: (bytes: Uint8Array) => Promise<Uint8Array>;
}

/** In milliseconds: so long a call that was cancelled has to give its answer. */
const GRACE = 200;

type Run = (bytes: Uint8Array, context: RunContext) => Promise<Uint8Array>;

/** One attempt that a user's runner has. */
interface Underway {
  readonly id: number;
  readonly controller: AbortController;
  /** Until when its answer is waited for, once it was cancelled. */
  grace: NodeJS.Timeout | null;
  /** The number of its worker; null while it waits, and when it went on though no place was free. */
  place: number | null;
  line: Line | null;
}

/** A user's runner at work: one call of its function for each attempt. */
export class CustomSession implements RunnerSession {
  readonly #host: Host;
  readonly #name: string;
  readonly #run: Run;
  /** What has not ended and was not given up, by call. */
  readonly #running = new Map<number, Underway>();
  #free: number[];
  readonly #waiting: Dispatch[] = [];
  #names = 1;
  /** Null where its disk is that of this machine. */
  readonly #lending: Lending | null;

  constructor(host: Host, name: string, workers: number, sharesDisk: boolean, run: Run) {
    this.#lending = sharesDisk ? null : new Lending();
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
      const underway = this.#running.get(id);
      const queued = this.#waiting.findIndex(call => call.id === id);
      if (queued >= 0) {
        this.#waiting.splice(queued, 1);
        this.#host.released([id]);
      } else if (underway?.grace === null) {
        underway.grace = setTimeout(() => afterHearing(() => this.#giveUp(underway)), GRACE);
        underway.controller.abort(new Error(reason));
        underway.line?.giveUp(reason);
      }
    }
  }

  /** It was cancelled; what it gives from now on is not heard. */
  #giveUp(underway: Underway): void {
    if (!this.#has(underway)) return;
    this.#running.delete(underway.id);
    this.#host.released([underway.id]);
  }

  /** A call that waits is no burden to where it runs. */
  #waits(underway: Underway): void {
    if (!this.#has(underway) || underway.place === null) return;
    this.#free.push(underway.place);
    underway.place = null;
    this.#host.waits(underway.id);
    this.#fill();
  }

  resume(id: number): void {
    const underway = this.#running.get(id);
    if (underway === undefined) return;
    underway.place = this.#free.pop() ?? null;
    underway.line?.resume();
  }

  tell(id: number, wire: unknown[]): void {
    this.#running.get(id)?.line?.tell(wire);
  }

  close(): Promise<void> {
    for (const { controller, grace } of this.#running.values()) {
      if (grace !== null) clearTimeout(grace);
      controller.abort(new Error("the run has ended"));
    }
    this.#running.clear();
    return Promise.resolve();
  }

  #has(underway: Underway): boolean {
    return this.#running.get(underway.id) === underway;
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

  async #begin(call: Dispatch, worker: number): Promise<void> {
    const { id } = call;
    const underway: Underway = { id, controller: new AbortController(), grace: null, place: worker, line: null };
    this.#running.set(id, underway);
    this.#host.started(worker, [id]);
    const attempt = await this.#attempt(call, worker, underway);
    if (underway.place !== null) this.#free.push(underway.place);
    const { grace } = underway;
    if (grace !== null) clearTimeout(grace);
    if (this.#has(underway)) {
      this.#running.delete(id);
      if (grace !== null && attempt.state !== "completed") this.#host.released([id]);
      else this.#host.done([attempt]);
    }
    this.#fill();
  }

  async #attempt(call: Dispatch, worker: number, underway: Underway): Promise<Attempt> {
    const { id } = call;
    let bytes: Uint8Array;
    try {
      bytes = seal(call, this.#host, this.#lending);
    } catch (error) {
      return { id, state: "failed", error: error as Error, ms: 0, worker };
    }
    const from = `the runner ${this.#name}`;
    const reports = new CallReports(this.#host, id, worker, () => this.#waits(underway));
    const desk = this.#lending === null ? null : new FileDesk(this.#host, call, this.#lending);
    const line = new Line(reports, from, desk);
    underway.line = line;
    const { signal } = underway.controller;
    try {
      const answer = await this.#run(bytes, { signal, answer: line.answer });
      // What was given up has nothing to say of the attempt that may have taken its place.
      if (!this.#has(underway)) throw signal.reason;
      readReports(readFrame(answer, from), reports);
      if (reports.attempt !== null) return reports.attempt;
      throw new Error("its answer holds no outcome");
    } catch (error) {
      return { id, state: "crashed", error: this.#crash(call, error), ms: 0, worker };
    } finally {
      line.close();
    }
  }

  #crash({ id, task }: Dispatch, error: unknown): Error {
    const cause = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const hint = `The runner ${this.#name} gave no outcome: see what its run(…) rejected with.`;
    return new CrashedError({ task: `${task.name}-${id}`, cause, hint }, { cause: error });
  }
}
