/**
 * A pool of workers for one run: starts them when they are needed, sends calls in batches of about a millisecond of
 * work, takes back what a busy worker has not begun, and replaces workers that die.
 */
import { performance } from "node:perf_hooks";
import { WorkerStartError } from "../errors.ts";
import type { Dispatch, Host, RunnerSession } from "../task/runner.ts";
import { autopsy } from "./autopsy.ts";
import { Dealer } from "./dealer.ts";
import { Estimates } from "./estimate.ts";
import { Hearing, type Hears } from "./hearing.ts";
import { Entry, Member } from "./member.ts";
import { Queue } from "./queue.ts";
import type { Transport } from "./transport.ts";

export interface PoolOptions {
  /** The runner's name, for display. */
  readonly name: string;
  readonly workers: number;
  readonly concurrency: number;
  readonly init: string | null;
}

/** How many workers may fail to start in a row. */
const START_FAILURES = 3;
/** How long a cancelled call may take to obey, in milliseconds. */
const GRACE = 200;
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
  readonly #estimates = new Estimates();
  readonly #alive = setInterval(() => {}, FOREVER).unref();
  readonly #graces = new Set<NodeJS.Timeout>();
  #watch: NodeJS.Timeout | null = null;
  #slots: number;
  #startFailures = 0;
  #names = 0;
  #busy = false;
  #scheduled = false;
  #again = false;
  #closed = false;

  constructor(host: Host, transport: Transport, options: PoolOptions) {
    this.#host = host;
    this.#transport = transport;
    this.#options = options;
    this.#dealer = new Dealer(host, this.#hearings, this.#queue, this.#alone);
    this.#slots = options.workers * options.concurrency;
    host.slots(this.#slots, this.#slots);
  }

  dispatch(calls: readonly Dispatch[]): void {
    for (const call of calls) {
      const alone = this.#suspects.delete(call.id);
      (alone ? this.#alone : this.#queue).push(new Entry(call, this.#estimates.of(call.task), alone));
    }
    this.#schedule();
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
      const back = member.takeBack(seqs[0]!);
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
    if (retiring.length > 0) this.#afterGrace(retiring);
    if (released.length > 0) this.#host.released(released.map(({ call }) => call.id));
    this.#schedule();
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
    for (const timer of this.#graces) clearTimeout(timer);
    if (this.#watch !== null) clearTimeout(this.#watch);
    const members = [...this.#hearings.keys()];
    this.#hearings.clear();
    await Promise.all(
      members.map(async member => {
        member.leave();
        await member.far.close();
        this.#tellEnd(member, "closed");
      }),
    );
    this.#transport.close();
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

  #schedule(): void {
    this.#again = true;
    if (this.#scheduled || this.#busy || this.#closed) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#pump();
    });
  }

  #pump(): void {
    if (this.#busy || this.#closed) return;
    this.#busy = true;
    this.#again = false;
    this.#dealer.deal();
    this.#startMissing();
    this.#busy = false;
    this.#keepAlive();
    this.#watchOver();
    // What the host did meanwhile, as it was told of ends.
    if (this.#again) this.#schedule();
  }

  /** Starts workers for what no present one has room for. */
  #startMissing(): void {
    const waiting = this.#queue.size + this.#alone.size;
    const starting = [...this.#hearings.keys()].filter(member => member.state === "starting").length;
    const wanted = Math.ceil(waiting / this.#options.concurrency) - starting;
    for (let i = 0; i < wanted && this.#hearings.size < this.#options.workers && !this.#closed; i += 1) this.#start();
  }

  #start(): void {
    const { name, concurrency, init } = this.#options;
    const setup = { runId: this.#host.runId, concurrency, init, parent: process.pid, dirs: this.#host.dirs };
    let member: Member | null = null;
    let hearing: Hearing | null = null;
    try {
      const far = this.#transport.start({
        message: wire => hearing !== null && member?.state !== "ended" && this.#hear(hearing, wire),
        raw: (stream, text) => member?.state !== "ended" && hearing?.raw(stream, text),
        ended: cause => member !== null && member.state !== "ended" && this.#lose(member, cause),
      });
      this.#names += 1;
      member = new Member(far, this.#host.worker(`${name}/${this.#names}`, far.pid), setup);
      hearing = new Hearing(this.#host, this, member);
      this.#hearings.set(member, hearing);
    } catch (error) {
      this.#startFailed(error instanceof Error ? error.message : String(error), error);
    }
  }

  #hear(hearing: Hearing, wire: readonly unknown[]): void {
    this.#busy = true;
    hearing.message(wire);
    this.#busy = false;
    this.#adjustSlots();
    this.#pump();
  }

  /** A worker is gone: what it had begun is judged, what it had not begun goes to others. */
  #lose(member: Member, cause: string): void {
    const wasStarting = member.state === "starting";
    const fatal = member.fatal;
    const waited = new Set(member.suspended.values());
    const { begun, unbegun } = member.leave();
    this.#forget(member);
    this.#queue.unshift(unbegun);
    const detail = fatal === null ? cause : `${fatal.error.name}: ${fatal.error.message}`;
    this.#tellEnd(member, "crashed", detail);
    const verdict = autopsy(member, begun, waited, cause);
    if (verdict.released.length > 0) this.#host.released(verdict.released);
    if (verdict.crashed !== null) this.#host.done([verdict.crashed]);
    for (const id of verdict.suspects) this.#suspects.add(id);
    if (verdict.lost.length > 0) this.#host.lost(verdict.lost, `its worker died: ${detail}`);
    if (wasStarting) this.#startFailed(detail, fatal?.error);
    this.#pump();
  }

  #startFailed(detail: string, cause: unknown): void {
    this.#startFailures += 1;
    if (this.#startFailures < START_FAILURES) return;
    this.#closed = true;
    this.#host.broken(new WorkerStartError({ runner: this.#options.name, cause: detail }, { cause }));
  }

  #afterGrace(cancelled: readonly [Member, number][]): void {
    const timer = setTimeout(() => {
      this.#graces.delete(timer);
      for (const [member, seq] of cancelled) {
        if (member.entryOf(seq) !== undefined && member.hasBegun(seq)) this.#retire(member);
      }
      this.#pump();
    }, GRACE);
    this.#graces.add(timer);
  }

  /** A worker with a call that does not obey is given up, and nobody waits for it. */
  #retire(member: Member): void {
    const { begun, unbegun } = member.leave();
    this.#forget(member);
    member.far.kill();
    this.#queue.unshift(unbegun);
    const entries = [...begun.values()];
    const ids = (cancelled: boolean) => entries.filter(e => e.cancelled === cancelled).map(e => e.call.id);
    this.#tellEnd(member, "retired", "a cancelled call did not stop");
    this.#host.released(ids(true));
    const lost = ids(false);
    if (lost.length > 0) this.#host.lost(lost, "its worker was retired, as another call on it did not stop");
  }

  #forget(member: Member): void {
    this.#hearings.delete(member);
  }

  #tellEnd(member: Member, reason: "closed" | "crashed" | "retired", detail?: string): void {
    const fact = { type: "workerEnded", at: Date.now(), worker: member.number, reason } as const;
    this.#host.tell(detail === undefined ? fact : { ...fact, detail });
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
    const pending =
      this.#queue.size + this.#alone.size > 0 ||
      [...this.#hearings.keys()].some(member => !member.idle || member.suspended.size > 0);
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
        hearing.reached(member.far.claims.claimed());
        const second = [...member.entries.keys()][member.concurrency];
        if (second !== undefined) this.#queue.unshift(member.takeBack(second));
      }
      this.#pump();
    }, WATCH);
    this.#watch.unref();
  }
}
