import type { Dispatch, Host, TaskAddress } from "../../task/runner.ts";
import { CodeSource } from "../../workers/travel/code.ts";
import { Lending } from "../../workers/travel/lending.ts";
import { secret } from "../secret.ts";
import { Batch } from "./batches.ts";

/** Calls of one turn, which travel together. */
export class Gathering {
  readonly #host: Host;
  readonly lending = new Lending(secret() === null ? null : new CodeSource("send"));
  readonly #most: number;
  #calls = new Map<TaskAddress, Dispatch[]>();

  /** `most`: how many bytes the inputs of a call may have. */
  constructor(host: Host, most: number) {
    this.#host = host;
    this.#most = most;
  }

  add(call: Dispatch): void {
    const calls = this.#calls.get(call.task);
    if (calls === undefined) this.#calls.set(call.task, [call]);
    else calls.push(call);
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
  }

  /** The batches in which they travel; `add` says whether a call could be added to one. */
  *batches(
    together: (task: TaskAddress) => number,
    isAlone: (call: Dispatch) => boolean,
    add: (call: Dispatch, batch: Batch) => boolean,
  ): Iterable<Batch> {
    const gathered = this.#calls;
    this.#calls = new Map();
    for (const [task, calls] of gathered) {
      const most = together(task);
      const begun = () => new Batch(task, this.#host, this.lending, this.#most);
      let batch = begun();
      for (const call of calls) {
        if (isAlone(call)) {
          const single = begun();
          if (add(call, single)) yield single;
        } else if (add(call, batch) && (batch.isFull || batch.left >= most)) {
          yield batch;
          batch = begun();
        }
      }
      if (batch.left > 0) yield batch;
    }
  }
}
