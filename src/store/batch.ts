/** Writes to the index, gathered for some milliseconds, as a commit costs as much as a hundred of them. */
import { type Act, fail, perform, settle } from "./acts.ts";
import type { Index, Table } from "./environment.ts";
import { type PutNew, putAllNew } from "./new-records.ts";
import { assertRoom } from "./room.ts";

/** How long a write waits for others, in milliseconds, where no commit is under way; else it waits for that. */
const WAIT = 2;
const MOST = 1_000;
/** What an act puts at most, about: a value that is small enough for the index, in bytes. */
const OF_ACT = 12 * 1024;

interface Put {
  readonly table: Table<string | Uint8Array>;
  readonly key: string | Uint8Array;
  readonly record: Buffer;
}

export interface How {
  /** It removes more than it puts, and so needs no room on the disk. */
  readonly frees?: boolean;
  /** What it puts, about, where that may be much. */
  readonly bytes?: number;
}

export class Batch {
  readonly #index: Pick<Index, "root" | "gate">;
  readonly #folder: string;
  readonly #patience: number;
  readonly #wrap: (error: unknown) => Error;
  #puts: Put[] = [];
  #putsNew: PutNew[] = [];
  #acts: Act[] = [];
  /** Undoes that what waits is sent soon. */
  #unschedule: (() => void) | null = null;
  readonly #underWay = new Set<Promise<void>>();
  #closed = false;
  #refused = false;
  #wrote = false;
  /** What went wrong with writes that nobody waits for. */
  #problem: Error | null = null;

  /** @param wait How long a write waits for others, in milliseconds; 0 for those of the same turn only. */
  constructor(
    index: Pick<Index, "root" | "gate">,
    folder: string,
    wrap: (error: unknown) => Error,
    wait: number = WAIT,
  ) {
    this.#patience = wait;
    this.#index = index;
    this.#folder = folder;
    this.#wrap = wrap;
  }

  /** Writes a record that nobody waits for. */
  put<K extends string | Uint8Array>(table: Table<K>, key: K, record: Buffer): void {
    if (this.#closed) return;
    this.#puts.push({ table: table as unknown as Table<string | Uint8Array>, key, record });
    this.#schedule();
  }

  /**
   * Writes a record if there is none of that key. Says whether it did when that is committed. Unlike what is done
   * `alone` it costs this thread little, as the work is that of LMDB's own.
   */
  putNew(put: PutNew): void {
    if (this.#closed) {
      put.failed(this.#wrap(new Error("it was closed")));
      return;
    }
    this.#putsNew.push(put);
    this.#schedule();
  }

  /**
   * Does something while no other process writes to the index, with others of its kind. Resolves with what it gave when
   * what it put is committed; where it throws, what it had put until then is committed nevertheless.
   */
  alone<R>(act: () => R, { frees = false, bytes = 0 }: How = {}): Promise<R> {
    if (this.#closed) return Promise.reject(this.#wrap(new Error("it was closed")));
    return new Promise<R>((done, failed) => {
      this.#acts.push({
        act,
        frees,
        bytes,
        done: done as (result: unknown) => void,
        failed,
        result: undefined,
        error: null,
      });
      this.#schedule();
    });
  }

  get #waiting(): number {
    return this.#acts.length + this.#puts.length + this.#putsNew.length;
  }

  #schedule(): void {
    if (this.#waiting >= MOST) this.#send();
    else if (this.#underWay.size === 0) this.#unschedule ??= this.#soon();
  }

  #soon(): () => void {
    if (this.#patience === 0) {
      const turn = setImmediate(() => this.#send());
      return () => clearImmediate(turn);
    }
    const timer = setTimeout(() => this.#send(), this.#patience);
    return () => clearTimeout(timer);
  }

  #send(): void {
    this.#unschedule?.();
    this.#unschedule = null;
    if (this.#waiting === 0 || this.#refused) return;
    let entered: boolean;
    try {
      entered = this.#index.gate.enter();
    } catch (error) {
      this.#failWaiting(this.#wrap(error));
      return;
    }
    if (!entered) {
      this.#wait();
      return;
    }
    try {
      this.#commit();
    } finally {
      this.#index.gate.leave();
    }
  }

  /** Until the process that opens the index has done so. */
  #wait(): void {
    this.#refused = true;
    const opened: Promise<void> = this.#index.gate.opened().then(
      () => this.#admit(opened),
      error => {
        this.#failWaiting(this.#wrap(error));
        this.#admit(opened);
      },
    );
    this.#underWay.add(opened);
  }

  #admit(opened: Promise<void>): void {
    this.#refused = false;
    this.#underWay.delete(opened);
    this.#send();
  }

  #failWaiting(error: Error): void {
    const { puts, putsNew, acts } = this.#take();
    if (puts.length > 0) this.#problem = error;
    for (const put of putsNew) put.failed(error);
    fail(acts, error);
  }

  #take(): { readonly puts: Put[]; readonly putsNew: PutNew[]; readonly acts: Act[] } {
    const taken = { puts: this.#puts, putsNew: this.#putsNew, acts: this.#acts };
    this.#puts = [];
    this.#putsNew = [];
    this.#acts = [];
    return taken;
  }

  #commit(): void {
    this.#wrote = true;
    const { puts, putsNew, acts: gathered } = this.#take();
    const full = this.#whyFull([...puts, ...putsNew], gathered);
    if (full === null) {
      this.#sendPuts(puts);
      this.#sendPutsNew(putsNew);
    } else {
      if (puts.length > 0) this.#problem = full;
      for (const put of putsNew) put.failed(full);
      for (const { frees, failed } of gathered) if (!frees) failed(full);
    }
    const acts = full === null ? gathered : gathered.filter(({ frees }) => frees);
    if (acts.length === 0) return;
    const committed = this.#index.root.transaction(() => {
      for (const act of acts) perform(act, this.#wrap);
    });
    this.#track(
      committed.then(
        () => acts.forEach(settle),
        error => this.#explain(error, real => fail(acts, real)),
      ),
    );
  }

  /** The error of a disk without room for all this; null if there is, or if none is needed. */
  #whyFull(puts: readonly { readonly record: Buffer }[], acts: readonly Act[]): Error | null {
    const needy = acts.filter(({ frees }) => !frees).length;
    if (puts.length + needy === 0) return null;
    let bytes = needy * OF_ACT;
    for (const act of acts) if (!act.frees) bytes += act.bytes;
    for (const { record } of puts) bytes += record.length;
    try {
      assertRoom(this.#folder, bytes);
      return null;
    } catch (error) {
      return this.#wrap(error);
    }
  }

  #sendPuts(puts: readonly Put[]): void {
    const committed = new Set<Promise<boolean>>();
    for (const { table, key, record } of puts) committed.add(table.put(key, record));
    // LMDB gives all that are in one commit the same promise.
    for (const each of committed) {
      this.#track(
        each.then(
          () => {},
          error =>
            this.#explain(error, real => {
              this.#problem = real;
            }),
        ),
      );
    }
  }

  #sendPutsNew(puts: readonly PutNew[]): void {
    if (puts.length === 0) return;
    this.#track(putAllNew(puts, (error, tell) => this.#explain(error, tell)));
  }

  /** A commit that fails tells why apart from the writes that it fails. */
  async #explain(error: unknown, tell: (real: Error) => void): Promise<void> {
    const cause = (error as { commitError?: Promise<never> } | null)?.commitError;
    const real = cause === undefined ? error : await cause.catch((reason: unknown) => reason);
    tell(this.#wrap(real));
  }

  get wrote(): boolean {
    return this.#wrote;
  }

  /** @throws StoreError for a write that nobody waited for. */
  async flush(): Promise<void> {
    await this.settled();
    const problem = this.#problem;
    this.#problem = null;
    if (problem !== null) throw problem;
  }

  /** Resolves when all that was given before is committed, or failed. */
  async settled(): Promise<void> {
    await this.#sent();
    // What was there already, as a record that is damaged, is looked at again by itself.
    await this.#sent();
  }

  async #sent(): Promise<void> {
    this.#send();
    while (this.#refused) await Promise.all(this.#underWay);
    await Promise.all(this.#underWay);
  }

  /** What comes afterwards is dropped, as of memos that somebody still has. */
  close(): void {
    this.#closed = true;
  }

  #track(work: Promise<void>): void {
    this.#underWay.add(work);
    this.#index.gate.stay();
    void work.finally(() => {
      this.#index.gate.leave();
      this.#underWay.delete(work);
      if (this.#underWay.size === 0 && this.#waiting > 0) this.#send();
    });
  }
}
