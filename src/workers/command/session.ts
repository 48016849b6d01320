import type { Dispatch, Host, RunnerSession } from "../../task/runner.ts";
import { makeDirectory, placeIn } from "../directories.ts";
import { CommandCall } from "./call.ts";
import { folderFailure } from "./failure.ts";
import { Guard } from "./guard.ts";
import type { CommandSettings } from "./start.ts";

/** No call has this number. */
const NO_CALL = 0;

/** A command at work for one run: started for each call. */
export class CommandSession implements RunnerSession {
  readonly #host: Host;
  readonly #name: string;
  readonly #settings: CommandSettings;
  readonly #most: number;
  readonly #init: string | null;
  readonly #running = new Map<number, CommandCall>();
  readonly #waiting: Dispatch[] = [];
  /** Numbers of workers that have nothing to do. */
  readonly #free: number[] = [];
  #names = 0;
  /** How many of the running calls wait for what they called. */
  #suspended = 0;
  #guard: Guard | null = null;
  #closed = false;
  readonly #ends = new Set<Promise<void>>();

  constructor(host: Host, name: string, settings: CommandSettings, workers: number, init: string | null) {
    this.#host = host;
    this.#name = name;
    this.#settings = settings;
    this.#most = workers;
    this.#init = init;
    host.slots(workers);
  }

  dispatch(calls: readonly Dispatch[]): void {
    this.#waiting.push(...calls);
    this.#fill();
  }

  cancel(ids: readonly number[], reason: string): void {
    const released: number[] = [];
    for (const id of ids) {
      const queued = this.#waiting.findIndex(call => call.id === id);
      if (queued >= 0) {
        this.#waiting.splice(queued, 1);
        released.push(id);
      } else this.#running.get(id)?.cancel(reason);
    }
    if (released.length > 0) this.#host.released(released);
  }

  resume(id: number): void {
    const call = this.#running.get(id);
    if (call?.waits !== true) return;
    this.#suspended -= 1;
    call.resume();
  }

  tell(id: number, wire: unknown[]): void {
    this.#running.get(id)?.pass(wire);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#running.values()].map(call => call.stop()));
    await Promise.all(this.#ends);
    this.#guard?.release();
    this.#guard = null;
  }

  #fill(): void {
    while (!this.#closed && this.#busy < this.#most) {
      const call = this.#waiting.shift();
      if (call === undefined) return;
      const end = this.#execute(call);
      this.#ends.add(end);
      void end.then(() => this.#ends.delete(end));
    }
  }

  get #busy(): number {
    return this.#running.size - this.#suspended;
  }

  async #execute(call: Dispatch): Promise<void> {
    const { id, task, attempt } = call;
    const host = this.#host;
    this.#guard ??= Guard.hold();
    const worker = this.#free.pop() ?? this.#newWorker();
    let folder: string;
    try {
      folder = makeDirectory(`${placeIn(host.dirs, task.name, id, attempt)}.call`);
    } catch (error) {
      this.#free.push(worker);
      const failure = folderFailure(`${task.name}-${id}`, this.#settings.prefix, host.dirs, error);
      host.done([{ id, state: "crashed", error: failure, ms: 0, worker }]);
      return;
    }
    host.directory(NO_CALL, folder);
    const { guard, settings, init } = { guard: this.#guard, settings: this.#settings, init: this.#init };
    const waits = () => {
      this.#suspended += 1;
      host.waits(id);
      this.#fill();
    };
    const running = new CommandCall(call, { host, guard, settings, init, worker, folder, waits });
    this.#running.set(id, running);
    const ended = await running.run();
    this.#running.delete(id);
    if (running.waits) this.#suspended -= 1;
    this.#free.push(worker);
    if (running.cancelled && ended.state !== "completed") host.released([id]);
    else host.done([ended]);
    this.#fill();
  }

  #newWorker(): number {
    this.#names += 1;
    return this.#host.worker(`${this.#name}/${this.#names}`);
  }
}
