import type { Dispatch, Host, TaskAddress } from "../../task/runner.ts";
import { CodeSource } from "../../workers/travel/code.ts";
import { Lending } from "../../workers/travel/lending.ts";
import { secret } from "../secret.ts";
import { Batch } from "./batches.ts";

/** In milliseconds: so long calls wait for others to travel with, where workers have enough to do meanwhile. */
const PATIENCE = 16;

/** Calls that come in one turn, or soon after each other, and travel together. */
export class Gathering {
  readonly #host: Host;
  readonly lending = new Lending(secret() === null ? null : new CodeSource("send"));
  readonly #most: number;
  readonly #send: (isLate: boolean) => void;
  #calls = new Map<TaskAddress, Dispatch[]>();
  #isDue = false;
  #late: NodeJS.Timeout | null = null;

  /** `most`: how many bytes the inputs of a call may have; `send` takes batches, and those that are not full if it is late. */
  constructor(host: Host, most: number, send: (isLate: boolean) => void) {
    this.#host = host;
    this.#most = most;
    this.#send = send;
  }

  get isEmpty(): boolean {
    return this.#calls.size === 0;
  }

  add(call: Dispatch): void {
    this.#put(call.task, [call]);
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      this.#send(false);
    });
  }

  #put(task: TaskAddress, more: readonly Dispatch[]): void {
    const calls = this.#calls.get(task);
    if (calls === undefined) this.#calls.set(task, [...more]);
    else calls.push(...more);
  }

  /** They wait for others. */
  #keep(task: TaskAddress, calls: readonly Dispatch[]): void {
    this.#put(task, calls);
    this.#late ??= setTimeout(() => {
      this.#late = null;
      this.#send(true);
    }, PATIENCE);
  }

  remove(id: number): boolean {
    for (const calls of this.#calls.values()) {
      const at = calls.findIndex(call => call.id === id);
      if (at >= 0) return calls.splice(at, 1).length > 0;
    }
    return false;
  }

  clear(): void {
    this.#calls.clear();
    if (this.#late !== null) clearTimeout(this.#late);
    this.#late = null;
  }

  /** The batches in which they travel, if `mayWait` only full ones; `add` says whether a call could be added to one. */
  *batches(
    together: (task: TaskAddress, calls: number) => number,
    isAlone: (call: Dispatch) => boolean,
    add: (call: Dispatch, batch: Batch) => boolean,
    mayWait: boolean,
  ): Iterable<Batch> {
    const gathered = this.#calls;
    this.#calls = new Map();
    for (const [task, calls] of gathered) {
      const most = together(task, calls.length);
      const begun = () => new Batch(task, this.#host, this.lending, this.#most);
      const others: Dispatch[] = [];
      for (const call of calls) {
        if (!isAlone(call)) others.push(call);
        else {
          const single = begun();
          if (add(call, single)) yield single;
        }
      }
      let at = 0;
      while (at < others.length && !(mayWait && others.length - at < most)) {
        const batch = begun();
        while (at < others.length && !batch.isFull && batch.left < most) add(others[at++]!, batch);
        if (batch.left > 0) yield batch;
      }
      if (at < others.length) this.#keep(task, others.slice(at));
    }
  }
}
