/**
 * Large values of a run, beside Redis: results of its calls, for as long as something refers to them, and inputs, for as
 * long as a call has them. Redis knows the names of all of them, so that they are removed with the run in any case.
 */
import type { Packed, PackedValue } from "../../codec/packed.ts";
import { isValueKey, type ValueKey } from "../../store/remote/names.ts";
import { elsewhere, type Keeper, referenceIn } from "../../workers/cluster/references.ts";
import type { Batch } from "./batches.ts";
import { type Ref, refBytes } from "./blob-ref.ts";
import { contentAt, largeIn, refer, refOf, valueIn } from "./blob-values.ts";
import type { Blobs } from "./blobs.ts";
import type { RedisQueue } from "./queue.ts";

/** An input that calls have at the same time. */
interface Input {
  readonly ref: Promise<Ref>;
  users: number;
}

export class RunValues implements Keeper {
  readonly #queue: RedisQueue;
  readonly #run: string;
  readonly #blobs: Blobs;
  readonly #results = new Map<number, { readonly ref: Ref; readonly what: string }>();
  #count = 0;
  /** By what is in them: many calls may have the same. */
  readonly #inputs = new Map<unknown, Input>();
  /** What a batch has of these, and the results that it has. */
  readonly #held = new Map<Batch, unknown[]>();
  #closed = false;

  constructor(queue: RedisQueue, run: string) {
    this.#queue = queue;
    this.#run = run;
    this.#blobs = queue.parcels.blobs;
  }

  /** How many bytes the inputs of a call may have. */
  get most(): number {
    return this.#blobs.name === null ? this.#blobs.above : Number.POSITIVE_INFINITY;
  }

  /** Whether something may lie beside Redis. */
  get hasAny(): boolean {
    return this.#blobs.name !== null || this.#results.size > 0;
  }

  /** What stands for a result that has stayed there; null for one that is here. */
  kept(value: unknown, what: string): Packed | null {
    const ref = refOf(value);
    if (ref === null) return null;
    this.#count += 1;
    this.#results.set(this.#count, { ref, what });
    return elsewhere(this, this.#count);
  }

  /** @throws BlobError */
  async fetch(number: number): Promise<PackedValue> {
    const { ref, what } = this.#results.get(number)!;
    return valueIn(await this.#blobs.get(what, ref));
  }

  release(number: number): void {
    const result = this.#results.get(number);
    this.#results.delete(number);
    if (result !== undefined) this.#drop(result.ref.key);
  }

  /**
   * What goes with the calls of a batch is there when this resolves, and what refers to it is in its place.
   *
   * @throws BlobError
   */
  async attach(batch: Batch): Promise<void> {
    const { wire } = batch;
    const held: unknown[] = [];
    for (const [at, entry] of wire.entries()) {
      const number = referenceIn(entry, this);
      if (number === null) continue;
      held.push(entry);
      wire[at] = refBytes(this.#results.get(number)!.ref);
    }
    const large = this.#blobs.name === null ? [] : largeIn(wire, this.#blobs.above);
    if (held.length + large.length > 0) this.#held.set(batch, held);
    await Promise.all(large.map(at => this.#attachInput(batch, at, held)));
  }

  async #attachInput({ wire, task }: Batch, at: number, held: unknown[]): Promise<void> {
    const value = wire[at];
    let input = this.#inputs.get(value);
    if (input === undefined) {
      const content = contentAt(wire, at);
      input = { ref: this.#blobs.put(`an input of ${task.name}`, content, key => this.#register(key)), users: 0 };
      this.#inputs.set(value, input);
    }
    input.users += 1;
    held.push(value);
    refer(wire, at, await input.ref);
  }

  /** Nothing of the batch needs them any more. */
  detach(batch: Batch): void {
    for (const value of this.#held.get(batch) ?? []) {
      const input = this.#inputs.get(value);
      if (input === undefined) continue;
      input.users -= 1;
      if (input.users > 0) continue;
      this.#inputs.delete(value);
      input.ref.then(
        ({ key }) => this.#drop(key),
        () => {},
      );
    }
    this.#held.delete(batch);
  }

  async #register(key: ValueKey): Promise<void> {
    await this.#queue.parcels.record();
    await this.#queue.connection.act("keepValue", [this.#run, key, "always"]);
  }

  #drop(key: ValueKey): void {
    if (this.#closed) return;
    const { connection } = this.#queue;
    // What is not removed now is removed with the run.
    void this.#blobs
      .remove(key)
      .then(isGone => {
        const forget = () => connection.use(client => client.srem(`${connection.keys}values:${this.#run}`, key));
        return isGone ? forget() : 0;
      })
      .catch(() => {});
  }

  /** The run lives. */
  async live(): Promise<void> {
    if (this.#blobs.name !== null) await this.#queue.connection.act("liveValues", [this.#run]);
  }

  /** Removes all of them. What cannot be removed now is removed by workers, and is no failure of the run. */
  async close(): Promise<void> {
    if (this.#closed || this.#blobs.name === null) return;
    this.#closed = true;
    await this.#removeAll().catch(() => {});
  }

  async #removeAll(): Promise<void> {
    const { connection, parcels } = this.#queue;
    const names = (await connection.unlessAway(connection.act("endValues", [this.#run]))) as string[] | null;
    if (names === null) return;
    const finished = new Set([...this.#results.values()].map(({ ref }) => ref.key));
    for (const { ref } of this.#inputs.values()) await ref.then(({ key }) => finished.add(key)).catch(() => {});
    // What workers still write is found in the trash, later.
    await parcels.remove(names.filter(isValueKey), key => finished.has(key));
  }
}
