import { tmpdir } from "node:os";
/**
 * A run reduced to what a runner sees of it, over the built package: workers cannot load TypeScript on every Node
 * version. It dispatches what there are slots for, sends lost calls again, and keeps every fact.
 */
import { fileURLToPath } from "node:url";
import type * as PackModule from "../../src/codec/pack.ts";
import type { Packed } from "../../src/codec/packed.ts";
import type { HeddleEvent } from "../../src/events/event.ts";
import type { Attempt, Dispatch, Host, Runner, RunnerSession, TaskAddress } from "../../src/task/runner.ts";
import type * as SlotsModule from "../../src/workers/inputs.ts";

/** A module of the built package. */
export async function built<M>(path: string): Promise<M> {
  return (await import(new URL(`../../dist/inside/${path}`, import.meta.url).href)) as M;
}

const { isPrimitive, packInputs, unpack } = await built<typeof PackModule>("codec/pack.js");
const { writeInputs } = await built<typeof SlotsModule>("workers/inputs.js");

export const fixtures = new URL("../fixtures/workers/", import.meta.url);

/** The address of a task of a fixture, as a run would have it. */
export function taskOf(name: string, file = "tasks.mjs", more: Partial<TaskAddress> = {}): TaskAddress {
  const key = `${file}#${name}#${JSON.stringify(more)}`;
  const known = addresses.get(key);
  if (known !== undefined) return known;
  const module = new URL(file, fixtures).href;
  const address = {
    identity: `heddle/test/fixtures/workers/${file}#${name}`,
    name,
    module,
    where: `${fileURLToPath(module)}:1:1`,
    inside: null,
    fn: () => {
      throw new Error("a task ran in the coordinator");
    },
    ...more,
  };
  addresses.set(key, address);
  return address;
}
const addresses = new Map<string, TaskAddress>();

export class Rig implements Host {
  readonly runId = "run-1";
  readonly root = process.cwd();
  readonly dirs = tmpdir();
  readonly events: HeddleEvent[] = [];
  readonly attempts = new Map<number, Attempt>();
  readonly startedIds: number[] = [];
  readonly lostIds: number[] = [];
  readonly releasedIds: number[] = [];
  readonly workers: string[] = [];
  brokenBy: Error | null = null;
  readonly session: RunnerSession;
  #slots = 0;
  #held = new Map<number, Dispatch>();
  #waiting: Dispatch[] = [];
  #ids = 0;
  #watchers: (() => void)[] = [];

  constructor(runner: Runner) {
    this.session = runner.open(this);
  }

  nest(): never {
    throw new Error("nothing is called here");
  }
  waits(): void {}
  resumes(): void {}
  ask(): void {}

  directory(): void {}

  /** Submits a call; gives its number. */
  submit(task: TaskAddress, ...inputs: unknown[]): number {
    const id = this.#ids++;
    this.#waiting.push({
      id,
      attempt: 1,
      task,
      timeout: 0,
      dir: null,
      isRead: false,
      plain: inputs.every(isPrimitive) ? inputs : null,
      inputs: () => inputs,
      pack: wire =>
        writeInputs(
          packInputs(inputs, { task: task.name, role: "input" }, () => undefined),
          [],
          wire,
          false,
        ),
    });
    this.#fill();
    return id;
  }

  /** The attempt of a call, when it has ended. */
  async ended(id: number): Promise<Attempt> {
    await this.until(() => this.attempts.has(id) || this.brokenBy !== null);
    if (this.brokenBy !== null) throw this.brokenBy;
    return this.attempts.get(id)!;
  }

  async value(id: number): Promise<unknown> {
    const { state, value, error } = await this.ended(id);
    if (state !== "completed") throw error;
    return unpack(value as Packed);
  }

  async run(task: TaskAddress, ...inputs: unknown[]): Promise<unknown> {
    return this.value(this.submit(task, ...inputs));
  }

  async error(id: number): Promise<Error & Record<string, unknown>> {
    const { error } = await this.ended(id);
    return error as Error & Record<string, unknown>;
  }

  /** Resolves when something has been heard that makes `holds` true. */
  until(holds: () => boolean): Promise<void> {
    return new Promise(resolve => {
      const check = () => {
        if (!holds()) return;
        this.#watchers.splice(this.#watchers.indexOf(check), 1);
        resolve();
      };
      this.#watchers.push(check);
      check();
    });
  }

  /** What a call printed. */
  printed(id: number, stream: "stdout" | "stderr" = "stdout"): string {
    return this.events
      .map(event => (event.type === "output" && event.call === id && event.stream === stream ? event.text : ""))
      .join("");
  }

  of<T extends HeddleEvent["type"]>(type: T): Extract<HeddleEvent, { type: T }>[] {
    return this.events.filter((event): event is Extract<HeddleEvent, { type: T }> => event.type === type);
  }

  cancel(id: number, reason = "as the test wants"): void {
    const queued = this.#waiting.findIndex(call => call.id === id);
    if (queued >= 0) this.#waiting.splice(queued, 1);
    else this.session.cancel([id], reason);
  }

  started(_worker: number, ids: readonly number[]): void {
    this.startedIds.push(...ids);
    this.#heard();
  }

  done(attempts: readonly Attempt[]): void {
    for (const attempt of attempts) {
      if (!this.#held.delete(attempt.id)) throw new Error(`call ${attempt.id} ended, which the runner did not hold`);
      if (this.attempts.has(attempt.id)) throw new Error(`call ${attempt.id} ended twice`);
      this.attempts.set(attempt.id, attempt);
    }
    this.#heard();
    this.#fill();
  }

  lost(ids: readonly number[]): void {
    this.lostIds.push(...ids);
    for (const id of ids) {
      this.#waiting.unshift(this.#held.get(id)!);
      this.#held.delete(id);
    }
    this.#fill();
  }

  released(ids: readonly number[]): void {
    for (const id of ids) {
      if (!this.#held.delete(id)) throw new Error(`call ${id} was released, which the runner did not hold`);
    }
    this.releasedIds.push(...ids);
    this.#heard();
    this.#fill();
  }

  slots(count: number): void {
    this.#slots = count;
    if (this.session !== undefined) this.#fill();
  }

  worker(name: string): number {
    this.workers.push(name);
    this.#heard();
    return this.workers.length - 1;
  }

  tell(event: HeddleEvent): void {
    this.events.push(event);
    this.#heard();
  }

  broken(error: Error): void {
    this.brokenBy = error;
    this.#heard();
  }

  #fill(): void {
    const room = Math.min(this.#slots - this.#held.size, this.#waiting.length);
    if (room <= 0) return;
    const calls = this.#waiting.splice(0, room);
    for (const call of calls) this.#held.set(call.id, call);
    this.session.dispatch(calls);
  }

  #heard(): void {
    for (const check of [...this.#watchers]) check();
  }
}
