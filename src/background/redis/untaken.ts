import type { Host, TaskAddress } from "../../task/runner.ts";

/** In milliseconds. */
const PATIENCE = 10_000;

/** Says once of a task that no worker has taken any of its calls for a while, as a run would wait without a word. */
export class Untaken {
  readonly #host: Host;
  readonly #place: string;
  /** Of which is known that they are taken, or was told that they are not. */
  readonly #settled = new Set<TaskAddress>();

  constructor(host: Host, place: string) {
    this.#host = host;
    this.#place = place;
  }

  /** A worker has calls of it. */
  taken(task: TaskAddress): void {
    this.#settled.add(task);
  }

  /** Calls of it have stood in the queue for so long. */
  waits(task: TaskAddress, ms: number): void {
    if (ms < PATIENCE || this.#settled.has(task)) return;
    this.#settled.add(task);
    const message =
      `No worker has taken the calls of ${task.name} for ${PATIENCE / 1_000} s. Unless all are busy, none serves them at ` +
      `${this.#place}: start there "heddle worker" with its module. ` +
      "One with --bundles takes what has no module there only from runs with the same HEDDLE_SECRET.";
    this.#host.tell({ type: "warning", at: Date.now(), call: null, name: "heddle", message });
  }
}
