/**
 * A pool of workers for one run: starts them when they are needed, sends calls in batches of about a millisecond of
 * work, takes back what a busy worker has not begun, and replaces workers that die.
 */
import { performance } from "node:perf_hooks";
import { WorkerStartError } from "../errors.ts";
import type { WorkerEnded } from "../events/event.ts";
import type { Dispatch, Host, RunnerSession } from "../task/runner.ts";
import { autopsy } from "./autopsy.ts";
import { Dealer } from "./dealer.ts";
import { Estimates } from "./estimate.ts";
import { Graces } from "./graces.ts";
import { Hearing, type Hears } from "./hearing.ts";
import { Entry, Member } from "./member.ts";
import { Pace } from "./pace.ts";
import type { PoolOptions } from "./pool-options.ts";
import { Queue } from "./queue.ts";
import { Recycling } from "./recycling.ts";
import type { Transport } from "./transport.ts";

/** How many workers may fail to start in a row. */
const START_FAILURES = 3;
/** How often calls that wait at a silent worker are looked after. */
const WATCH = 5;
/** A timer that never fires keeps the process alive while calls are pending. */
const FOREVER = 2 ** 31 - 1;

export class Pool implements RunnerSession, Hears {
  readonly #host: Host;
  readonly #transport: Transport;
  readonly #options: PoolOptions;
  /** The workers, each with the one who listens to it. */
  readonly #hearings = new Map<Member, Hearing>();
  readonly #queue = new Queue();
  readonly #alone = new Queue();
  readonly #suspects = new Set<number>();
  readonly #dealer: Dealer;
  readonly #estimates: Estimates;
  readonly #alive = setInterval(() => {}, FOREVER).unref();
  readonly #graces = new Graces(member => this.#retire(member));
  readonly #recycling: Recycling;
  readonly #pace = new Pace(() => this.#review());
  /** Workers that were replaced and have not ended yet. */
  readonly #leaving = new Set<Promise<void>>();
  #watch: NodeJS.Timeout | null = null;
  #slots: number;
  #startFailures = 0;
  #names = 0;
  #closed = false;

  constructor(host: Host, transport: Transport, options: PoolOptions) {
    this.#host = host;
    this.#transport = transport;
    this.#options = options;
    this.#estimates = new Estimates(transport.ahead);
    this.#dealer = new Dealer(host, this.#hearings, this.#queue, this.#alone);
    this.#recycling = new Recycling(
      options.limits,
      (member, reason, detail) => this.#sendHome(member, reason, detail),
      () => this.#pace.soon(),
    );
    this.#slots = options.workers * options.concurrency;
    host.slots(this.#slots, this.#slots);
  }

  dispatch(calls: readonly Dispatch[]): void {
    for (const call of calls) {
      const alone = this.#suspects.delete(call.id);
      (alone ? this.#alone : this.#queue).push(new Entry(call, this.#estimates.of(call.task), alone));
    }
    this.#pace.soon();
  }

  cancel(ids: readonly number[], reason: string): void {
    const wanted = new Set(ids);
    const is = (entry: Entry) => wanted.has(entry.call.id);
    const released = [...this.#queue.remove(is), ...this.#alone.remove(is)];
    const retiring: [Member, number][] = [];
    for (const member of this.#hearings.keys()) {
      const there = [...member.suspended, ...member.entries];
      const seqs = there.filter(([, entry]) => !entry.cancelled && is(entry)).map(([seq]) => seq);
      if (seqs.length === 0) continue;
      const { back } = member.takeBack();
      released.push(...back.filter(is));
      this.#queue.unshift(back.filter(entry => !is(entry)));
      for (const seq of seqs) {
        const entry = member.entryOf(seq);
        if (entry === undefined) continue;
        entry.cancelled = true;
        member.cancel(seq, reason);
        retiring.push([member, seq]);
      }
      member.flush();
    }
    this.#graces.begin(retiring);
    if (released.length > 0) this.#host.released(released.map(({ call }) => call.id));
    this.#pace.soon();
  }

  resume(id: number): void {
    for (const member of this.#hearings.keys()) if (member.resume(id)) return;
  }

  tell(id: number, wire: unknown[]): void {
    for (const member of this.#hearings.keys()) if (member.tell(id, wire)) return;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#alive);
    this.#graces.stop();
    if (this.#watch !== null) clearTimeout(this.#watch);
    this.#recycling.stop();
    const hearings = [...this.#hearings];
    this.#hearings.clear();
    await Promise.all(
      hearings.map(async ([member, hearing]) => {
        const { begun } = member.leave();
        await member.far.close(begun.size > 0);
        hearing.tellEnd("closed");
      }),
    );
    await Promise.all(this.#leaving);
    await this.#transport.close();
  }

  measured(ms: number): void {
    this.#estimates.overall.learn(ms);
  }

  ready(member: Member): void {
    this.#startFailures = 0;
    member.state = "ready";
  }

  unfit(member: Member, error: Error): void {
    member.fatal = { seq: 0, error };
    member.far.kill();
  }

  refused(member: Member, seq: number, entry: Entry | undefined): void {
    if (seq === member.takenTo) member.takenTo = 0;
    if (entry === undefined) return;
    if (entry.cancelled) this.#host.released([entry.call.id]);
    else this.#queue.unshift([entry]);
  }

  /** Sees to all that can be done now; true if calls were sent. */
  #review(): boolean {
    if (this.#closed) return false;
    this.#recycling.review(this.#hearings.keys());
    const sent = this.#dealer.deal();
    this.#startMissing();
    this.#keepAlive();
    this.#watchOver();
    return sent;
  }

  /** Workers that count: not those which only wait for the end of calls that wait themselves. */
  get #present(): number {
    return [...this.#hearings.keys()].filter(member => !member.spent || !member.idle).length;
  }

  /** Starts workers for what no present one has room for. */
  #startMissing(): void {
    const waiting = this.#queue.size + this.#alone.size;
    const starting = [...this.#hearings.keys()].filter(member => member.state === "starting").length;
    const wanted = Math.ceil(waiting / this.#options.concurrency) - starting;
    for (let i = 0; i < wanted && this.#present < this.#options.workers && !this.#closed; i += 1) this.#start();
  }

  #start(): void {
    const { name, concurrency, init, limits } = this.#options;
    const { runId, dirs } = this.#host;
    const setup = { runId, concurrency, init, parent: process.pid, dirs, memory: limits.memory };
    let member: Member | null = null;
    let hearing: Hearing | null = null;
    try {
      const far = this.#transport.start({
        message: wire => hearing !== null && member?.state !== "ended" && this.#hear(hearing, wire),
        // Also when it has been told to end: what its last call wrote comes by another way than how that ended.
        raw: (stream, text) => hearing?.raw(stream, text),
        ended: (cause, error) => member !== null && member.state !== "ended" && this.#lose(member, cause, error),
      });
      this.#names += 1;
      const number = this.#host.worker(`${name}/${this.#names}`, far.pid);
      far.counted?.(number);
      member = new Member(far, number, setup, limits.calls);
      hearing = new Hearing(this.#host, this, member);
      this.#hearings.set(member, hearing);
    } catch (error) {
      this.#startFailed(error instanceof Error ? error.message : String(error), error);
    }
  }

  #hear(hearing: Hearing, wire: readonly unknown[]): void {
    hearing.message(wire);
    this.#adjustSlots();
    this.#pace.soon();
  }

  /** A worker is gone: what it had begun is judged, what it had not begun goes to others. */
  #lose(member: Member, cause: string, error: Error | undefined): void {
    const wasStarting = member.state === "starting";
    const fatal = member.fatal;
    const waited = new Set(member.suspended.values());
    const { begun, unbegun } = member.leave();
    const detail = fatal === null ? cause : `${fatal.error.name}: ${fatal.error.message}`;
    this.#part(member, "crashed", detail);
    this.#queue.unshift(unbegun);
    const verdict = autopsy(member, begun, waited, cause);
    if (verdict.released.length > 0) this.#host.released(verdict.released);
    if (verdict.crashed !== null) this.#host.done([verdict.crashed]);
    for (const id of verdict.suspects) this.#suspects.add(id);
    if (verdict.lost.length > 0) this.#host.lost(verdict.lost, `its worker died: ${detail}`);
    if (wasStarting) this.#startFailed(detail, fatal?.error, error);
    this.#pace.soon();
  }

  #startFailed(detail: string, cause: unknown, error?: Error): void {
    this.#startFailures += 1;
    if (this.#startFailures < START_FAILURES) return;
    this.#closed = true;
    this.#host.broken(error ?? new WorkerStartError({ runner: this.#options.name, cause: detail }, { cause }));
  }

  /** A worker with a call that does not obey is given up, and nobody waits for it. */
  #retire(member: Member): void {
    const { begun, unbegun } = member.leave();
    this.#part(member, "retired", "a cancelled call did not stop");
    member.far.kill();
    this.#queue.unshift(unbegun);
    const ids = (done: boolean) => [...begun.values()].filter(e => e.cancelled === done).map(e => e.call.id);
    this.#host.released(ids(true));
    const others = ids(false);
    if (others.length > 0) this.#host.lost(others, "its worker was retired, as another call on it did not stop");
    this.#pace.soon();
  }

  /** A worker that has nothing to do ends; what has to be done later has another one started. */
  #sendHome(member: Member, reason: "recycled" | "idle", detail: string): void {
    member.leave();
    this.#part(member, reason, detail);
    const leaving = member.far.close(false);
    this.#leaving.add(leaving);
    void leaving.then(() => this.#leaving.delete(leaving));
  }

  #part(member: Member, reason: WorkerEnded["reason"], detail: string): void {
    this.#hearings.get(member)!.tellEnd(reason, detail);
    this.#hearings.delete(member);
  }

  /** Asks for as many calls as make a millisecond or two of work for each worker. */
  #adjustSlots(): void {
    const { workers, concurrency } = this.#options;
    const wanted = workers * (concurrency + this.#estimates.overall.ahead);
    if (wanted > this.#slots * 0.7 && wanted < this.#slots * 1.4) return;
    this.#slots = wanted;
    this.#host.slots(wanted, workers * concurrency);
  }

  #keepAlive(): void {
    const pending = this.#queue.size + this.#alone.size > 0 || [...this.#hearings.keys()].some(({ done }) => !done);
    if (pending) this.#alive.ref();
    else this.#alive.unref();
  }

  /** While calls wait at workers, sees to it that they do not wait behind one that takes long. */
  #watchOver(): void {
    if (this.#watch !== null || ![...this.#hearings.keys()].some(member => member.waiting > 0)) return;
    this.#watch = setTimeout(() => {
      this.#watch = null;
      const now = performance.now();
      for (const [member, hearing] of this.#hearings) {
        if (member.waiting === 0 || now - member.heard < WATCH) continue;
        const { back, claimed } = member.takeBack();
        hearing.reached(claimed);
        this.#queue.unshift(back);
      }
      this.#pace.soon();
    }, WATCH);
    this.#watch.unref();
  }
}
