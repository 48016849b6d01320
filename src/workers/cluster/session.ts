import type { Attempt, Dispatch, Host, RunnerSession } from "../../task/runner.ts";
import { RESUME, TELL } from "../protocol.ts";
import { Batch, type PackedCall, packed, type Underway } from "./batch.ts";
import { Hearing, type Hears } from "./hearing.ts";
import { Known } from "./known.ts";
import type { Link, LinkUser } from "./link.ts";
import { message } from "./messages.ts";
import { elsewhere, isApart, isElsewhere, isKeptBy } from "./references.ts";
import { sizeOf } from "./seen.ts";
import { Stops } from "./stops.ts";
import { Verdicts } from "./verdicts.ts";
import { WaitingCalls } from "./waiting-calls.ts";

/** So many calls are at the engine beside those that can run: a round trip takes long. */
const AHEAD = 64;
/** Of short ones the engine has so many batches for each slot. */
const BATCHES = 4;
/** A timer that never fires keeps the process alive while calls are pending. */
const FOREVER = 2 ** 31 - 1;

/** A cluster at work for one run, for calls that want the same resources. */
export class ClusterSession implements RunnerSession, LinkUser, Hears {
  readonly #host: Host;
  readonly #link: Link;
  readonly #resources: Readonly<Record<string, number>>;
  readonly #closed: () => void;
  readonly #verdicts: Verdicts;
  readonly #known = new Known();
  readonly #stops: Stops;
  readonly #waiting = new WaitingCalls();
  readonly #byId = new Map<number, Underway>();
  readonly #batches = new Map<number, Batch>();
  /** Those of which a call waits for what it called: they take no slot. */
  readonly #suspended = new Set<Batch>();
  readonly #alive = setInterval(() => {}, FOREVER).unref();
  #slots = 0;
  #wanted = 0;
  #due = false;
  /** What has ended, and is about to be told. */
  #ended: Attempt[] = [];
  #released: number[] = [];
  /** What is to be sent again. */
  #again: Dispatch[] = [];

  /** `closed`: the link is of no use any more. */
  constructor(host: Host, link: Link, resources: Readonly<Record<string, number>>, closed: () => void) {
    this.#host = host;
    this.#link = link;
    this.#resources = resources;
    this.#closed = closed;
    this.#stops = new Stops(link);
    this.#verdicts = new Verdicts(link.settings, new Hearing(host, link, this), {
      fail: (one, state, error) => this.#fail(one, state, error),
      lose: (those, reason) => this.#lose(those, reason),
      sendAgain: (one, suspect) => this.#sendAgain(one, suspect),
    });
    // Calls wait where the engine is not ready yet: it says how many it takes.
    this.#alive.ref();
    link.attach(this);
  }

  dispatch(calls: readonly Dispatch[]): void {
    this.#waiting.add(calls);
    this.#sendSoon();
  }

  cancel(ids: readonly number[], reason: string): void {
    for (const id of ids) {
      if (this.#waiting.remove(id)) this.#released.push(id);
      const underway = this.#byId.get(id);
      if (underway === undefined || underway.cancelled) continue;
      underway.cancelled = true;
      this.#stops.add(underway, reason);
    }
    this.#tell();
  }

  resume(id: number): void {
    this.#suspended.delete(this.#byId.get(id)?.batch as Batch);
    this.#pass(id, seq => [RESUME, seq], true);
  }

  tell(id: number, wire: unknown[]): void {
    this.#pass(id, seq => [TELL, seq, wire.length, ...wire]);
  }

  takes(value: unknown): boolean {
    return isElsewhere(value) && isKeptBy(value, this.#link);
  }

  async close(): Promise<void> {
    clearInterval(this.#alive);
    this.#dropAll();
    this.#waiting.clear();
    if (await this.#link.detach(this)) this.#closed();
  }

  slots(count: number): void {
    this.#slots = count;
    this.#ask(true);
    this.#sendSoon();
  }

  lost(reason: string): void {
    const all = [...this.#byId.values()];
    this.#dropAll();
    this.#lose(all, reason);
    this.#tell();
  }

  broken(error: Error): void {
    this.#dropAll();
    this.#waiting.clear();
    this.#alive.unref();
    this.#host.broken(error);
  }

  warn(text: string): void {
    this.#host.tell({ type: "warning", at: Date.now(), call: null, name: "heddle", message: text });
  }

  said(operation: string, ref: number, operands: readonly unknown[]): void {
    const batch = this.#batches.get(ref);
    if (batch === undefined) return;
    this.#verdicts.say(batch, operation, operands);
    this.#tell();
  }

  ended(underway: Underway, attempt: Attempt): void {
    const { call, batch } = underway;
    const { value } = attempt;
    this.#known.learn(call.task, attempt);
    if (isApart(value) || sizeOf(value as never) > this.#link.settings.small) this.#known.keepApart(call.task);
    if (!isApart(value) || (underway.cancelled && !call.isRead)) this.#end(underway, attempt);
    else if (!call.isRead) this.#end(underway, { ...attempt, value: elsewhere(this.#link, batch.ref) });
    else void this.#read(underway, attempt);
  }

  refused(underway: Underway): void {
    this.#sendAgain(underway);
  }

  calls({ call }: Underway): void {
    this.#known.keepApart(call.task);
  }

  waits({ call, batch }: Underway): void {
    this.#suspended.add(batch);
    this.#host.waits(call.id);
  }

  has(underway: Underway): boolean {
    return this.#byId.get(underway.call.id) === underway;
  }

  #sendSoon(): void {
    this.#keepAlive();
    if (this.#due || this.#waiting.size === 0) return;
    this.#due = true;
    // What comes in one turn can travel together.
    queueMicrotask(() => {
      this.#due = false;
      this.#send();
    });
  }

  #send(): void {
    // A cluster may have no worker before it has something to do.
    const slots = Math.max(1, this.#slots);
    for (let first = this.#waiting.first; first !== null; first = this.#waiting.first) {
      const { call, alike } = first;
      const most = this.#link.batches ? this.#known.together(call) : 1;
      const busy = this.#batches.size - this.#suspended.size;
      if (busy >= (most > 1 ? slots * BATCHES : slots + AHEAD)) break;
      this.#submit(this.#waiting.take(call.task, Math.min(most, Math.ceil(alike / slots))));
    }
    if (this.#ended.length > 0) this.#tell();
  }

  /** Gives them to the engine, as far as they can be together. */
  #submit(calls: readonly Dispatch[]): void {
    let batch: Batch | null = null;
    for (const call of calls) {
      const seq = this.#link.seq + 1;
      let part: PackedCall;
      try {
        part = packed(call, seq, this.#link);
      } catch (error) {
        this.#ended.push({ id: call.id, state: "failed", error: error as Error, ms: 0, worker: -1 });
        continue;
      }
      const alone = !part.plain || this.#known.together(call) === 1;
      if (batch !== null && alone) batch = this.#hand(batch);
      batch ??= new Batch(this.#link.reference(this), call.task, seq, this.#link);
      this.#link.seq = seq;
      this.#byId.set(call.id, batch.add(call, part));
      if (alone || batch.isFull) batch = this.#hand(batch);
    }
    if (batch !== null) this.#hand(batch);
  }

  #hand(batch: Batch): null {
    const { ref, task, refs, count } = batch;
    this.#batches.set(ref, batch);
    this.#link.say("call", ref, task.name, this.#resources, refs, batch.message(), count);
    return null;
  }

  /** `goesOn`: from here on the call needs what it had left while it waited. */
  #pass(id: number, wire: (seq: number) => readonly unknown[], goesOn = false): void {
    const underway = this.#byId.get(id);
    if (underway !== undefined) this.#link.say("tell", underway.batch.ref, message(wire(underway.seq)), goesOn);
  }

  /** Its result is read here at once, so that it is not to stay where it is. */
  async #read(underway: Underway, attempt: Attempt): Promise<void> {
    underway.isRead = true;
    try {
      const value = await this.#link.fetch(underway.batch.ref);
      if (this.has(underway)) this.#end(underway, { ...attempt, value });
    } catch (error) {
      if (this.has(underway)) this.#fail(underway, "crashed", error as Error);
    }
    this.#tell();
  }

  #fail(underway: Underway, state: Attempt["state"], error: Error): void {
    this.#end(underway, { id: underway.call.id, state, error, ms: 0, worker: underway.batch.worker });
  }

  #end(underway: Underway, attempt: Attempt): void {
    this.#drop(underway, isElsewhere(attempt.value) && !underway.cancelled);
    this.#known.forget(attempt.id);
    // Of what had not heard that it was cancelled the result counts.
    if (underway.cancelled && (attempt.state !== "completed" || isApart(attempt.value)))
      this.#released.push(attempt.id);
    else this.#ended.push(attempt);
  }

  /** It has not begun. `suspect`: it may be the cause. */
  #sendAgain(underway: Underway, suspect = false): void {
    const { call } = underway;
    this.#drop(underway, false);
    if (suspect) this.#known.suspect(call.id);
    if (underway.cancelled) this.#released.push(call.id);
    else this.#again.push(call);
  }

  /** Through no fault that is known of. */
  #lose(those: readonly Underway[], reason: string): void {
    for (const one of those) this.#drop(one, false);
    this.#released.push(...those.filter(({ cancelled }) => cancelled).map(({ call }) => call.id));
    const ids = those.filter(({ cancelled }) => !cancelled).map(({ call }) => call.id);
    if (ids.length > 0) this.#host.lost(ids, reason);
  }

  #drop(underway: Underway, keeps: boolean): void {
    const { call, batch, seq } = underway;
    underway.desk?.close();
    this.#byId.delete(call.id);
    batch.open.delete(seq);
    if (batch.open.size > 0 || !this.#batches.delete(batch.ref)) return;
    this.#suspended.delete(batch);
    this.#link.settle(batch.ref, keeps);
  }

  #dropAll(): void {
    for (const { desk } of this.#byId.values()) desk?.close();
    for (const all of [this.#byId, this.#batches, this.#suspended]) all.clear();
  }

  /** Tells the run what has ended, and goes on with what waits. */
  #tell(): void {
    const [ended, released, again] = [this.#ended, this.#released, this.#again];
    [this.#ended, this.#released, this.#again] = [[], [], []];
    if (again.length > 0) this.#waiting.putBack(again);
    if (ended.length > 0) this.#host.done(ended);
    if (released.length > 0) this.#host.released(released);
    if (ended.length > 0) this.#ask();
    this.#sendSoon();
  }

  /** Of short calls it wants more: they travel together. */
  #ask(anew = false): void {
    const { usual } = this.#known;
    const batches = this.#link.batches && usual > 1 ? Math.max(1, this.#slots) * BATCHES * usual : 0;
    const wanted = this.#slots + AHEAD + batches;
    if (!anew && wanted < 2 * this.#wanted && 2 * wanted > this.#wanted) return;
    this.#wanted = wanted;
    this.#host.slots(wanted, Math.max(1, this.#slots));
  }

  #keepAlive(): void {
    if (this.#byId.size + this.#waiting.size > 0) this.#alive.ref();
    else this.#alive.unref();
  }
}
