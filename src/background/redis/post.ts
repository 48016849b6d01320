/** A run's dealings with Redis: its batches, and what is said of them. */
import { DEFAULT_QUEUE } from "../delay.ts";
import { callOf } from "../remote.ts";
import { secret } from "../secret.ts";
import { signedAnswer, signedJob } from "../signature.ts";
import type { Batch } from "./batches.ts";
import { asBuffer, type RedisQueue } from "./queue.ts";

/** In milliseconds. */
const LOOK_AGAIN = 1_000;

/** What stands in Redis of a batch; no state if it is not there. */
export interface Found {
  readonly batch: string;
  readonly state: string;
  readonly worker: string;
  readonly ends: readonly (readonly [number, Buffer])[];
}

type Seen = readonly (readonly [state: Buffer, worker: Buffer, ends: readonly Buffer[]])[];

export class Post {
  readonly #queue: RedisQueue;
  readonly #run: string;
  readonly #sending = new Map<string, Promise<unknown>>();
  #forgotten: string[] = [];
  #timer: NodeJS.Timeout | null = null;
  #living = false;
  #closed = false;

  /** `run`: its channel, to which it listens already. */
  constructor(queue: RedisQueue, run: string) {
    this.#queue = queue;
    this.#run = run;
  }

  /** Makes a run known, and listens for it. */
  static async start(queue: RedisQueue, run: string, hear: (message: Buffer) => void): Promise<void> {
    await queue.listen();
    await queue.listenTo(run, hear);
    await Post.#keep(queue, run);
  }

  static async #keep(queue: RedisQueue, run: string): Promise<void> {
    const { connection, where } = queue;
    await connection.use(client => client.set(`${connection.keys}run:${run}`, "1", "PX", 2 * where.lease));
  }

  open(look: () => Promise<void>): void {
    this.#timer = setInterval(() => void this.#tick(look), LOOK_AGAIN).unref();
  }

  async #tick(look: () => Promise<void>): Promise<void> {
    await Promise.all([this.#live(), look()]);
  }

  /** Once at a time: while Redis is away, it would be asked more and more. */
  async #live(): Promise<void> {
    if (this.#living) return;
    this.#living = true;
    try {
      await this.#queue.listen();
      await Post.#keep(this.#queue, this.#run);
    } catch {
      // It goes on when Redis is back.
    } finally {
      this.#living = false;
    }
  }

  /** Whether the process has to stay alive. */
  hold(busy: boolean): void {
    if (busy) this.#timer?.ref();
    else this.#timer?.unref();
  }

  /** Resolves when workers can take it. */
  async send(batch: Batch): Promise<void> {
    const { id, task, calls, stops, isTimed } = batch;
    const sent = this.#queue.add(
      signedJob({
        id,
        // Workers that do not know the task ask for its code; to whom that is given the secret says.
        task: callOf(task.identity, secret() !== null && task.module?.startsWith("file:") === true),
        name: task.name,
        queue: DEFAULT_QUEUE,
        priority: 0,
        notBefore: 0,
        idempotencyKey: null,
        options: { run: this.#run, count: calls.length, ...(isTimed && { timed: true }) },
        restart: true,
        after: [],
        inputs: batch.bytes(),
      }),
      stops,
    );
    this.#sending.set(id, sent);
    try {
      await sent;
    } finally {
      this.#sending.delete(id);
    }
  }

  /** Whether it has reached Redis, or did once. */
  has(id: string): boolean {
    return !this.#sending.has(id);
  }

  /** Gives whether they may have begun. */
  async stop(id: string, reason: string, places: readonly number[]): Promise<boolean> {
    return (await this.#queue.connection.act("stopCalls", [id, reason, ...places])) !== 1;
  }

  cancel(id: string, reason: string): void {
    void this.#queue.cancel(id, reason).catch(() => {});
  }

  /** Of which all is known. */
  forget(id: string): void {
    if (this.#forgotten.push(id) === 1) setImmediate(() => void this.#forget());
  }

  async #forget(): Promise<void> {
    const ids = this.#forgotten;
    this.#forgotten = [];
    // What is left is forgotten by workers, after some days.
    if (ids.length > 0) await this.#queue.remove(ids).catch(() => {});
  }

  async answer(number: string, from: string, bytes: Uint8Array): Promise<void> {
    const kept = Math.ceil(this.#queue.where.lease / 1_000) * 4;
    await this.#queue.connection.act("answerCall", [
      this.#run,
      number,
      from,
      kept,
      asBuffer(signedAnswer(number, bytes)),
    ]);
  }

  /** What calls have asked and nobody has answered. */
  async questions(): Promise<readonly Buffer[]> {
    const { connection } = this.#queue;
    return Object.values(await connection.use(client => client.hgetallBuffer(`${connection.keys}asks:${this.#run}`)));
  }

  async look(ids: readonly string[]): Promise<readonly Found[]> {
    const seen = (await this.#queue.connection.act("lookAtCalls", ids, { bytes: true })) as Seen;
    return seen.map(([state, worker, pairs], i) => ({
      batch: ids[i]!,
      state: state.toString(),
      worker: worker.toString(),
      ends: pairs.flatMap((bytes, at) => (at % 2 === 0 ? [[Number(bytes.toString()), pairs[at + 1]!] as const] : [])),
    }));
  }

  /** What is left is not wanted any more. */
  async close(left: readonly string[]): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#timer !== null) clearInterval(this.#timer);
    const { connection } = this.#queue;
    // What is on its way would stand there afterwards.
    await connection.unlessAway(Promise.allSettled(this.#sending.values()));
    // Else workers find that the run is gone.
    await connection.unlessAway(this.#end(left)).catch(() => {});
  }

  async #end(left: readonly string[]): Promise<void> {
    const { connection } = this.#queue;
    const gone = connection.use(client =>
      client.del(`${connection.keys}run:${this.#run}`, `${connection.keys}asks:${this.#run}`),
    );
    await Promise.all([
      gone,
      this.#queue.leave(this.#run),
      this.#forget(),
      ...left.map(id => this.#queue.cancel(id, "the run has ended")),
    ]);
    if (left.length > 0) await this.#queue.remove(left);
  }
}
