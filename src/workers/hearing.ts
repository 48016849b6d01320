import { unpackError } from "../codec/failure.ts";
import type { PackedValue } from "../codec/packed.ts";
import type { WorkerEnded } from "../events/event.ts";
import type { LogLevel } from "../task/context.ts";
import type { Attempt, Host } from "../task/runner.ts";
import { logFact, outputFact, progressFact, warningFact } from "./facts.ts";
import { lent } from "./lent.ts";
import type { Entry, Member } from "./member.ts";
import { COMPLETED, FAILED, type Reports, readReports, type StreamName } from "./protocol.ts";

/** What the pool does about a report that is more than a fact for the run. */
export interface Hears {
  measured(ms: number): void;
  ready(member: Member): void;
  unfit(member: Member, error: Error): void;
  refused(member: Member, seq: number, entry: Entry | undefined): void;
}

/** Reads the messages of one worker and hands what they say to the host, ends gathered by message. */
export class Hearing implements Reports {
  readonly #host: Host;
  readonly #pool: Hears;
  readonly #member: Member;
  #started: number[] = [];
  #ended: Attempt[] = [];
  #released: number[] = [];

  constructor(host: Host, pool: Hears, member: Member) {
    this.#host = host;
    this.#pool = pool;
    this.#member = member;
  }

  message(wire: readonly unknown[]): void {
    this.#member.heard = performance.now();
    readReports(wire, this);
    this.tellEnds();
  }

  /** Tells the host which calls have started and ended, in that order. */
  tellEnds(): void {
    const member = this.#member;
    this.#started.push(...member.takeStarted());
    this.#tellStarted();
    const [ended, released] = [this.#ended, this.#released];
    this.#ended = [];
    this.#released = [];
    if (ended.length > 0) this.#host.done(ended);
    if (released.length > 0) this.#host.released(released);
  }

  tellEnd(reason: WorkerEnded["reason"], detail?: string): void {
    const fact = { type: "workerEnded", at: Date.now(), worker: this.#member.number, reason } as const;
    this.#host.tell(detail === undefined ? fact : { ...fact, detail });
  }

  ready(): void {
    this.#pool.ready(this.#member);
  }

  unfit(error: Error): void {
    this.#pool.unfit(this.#member, error);
  }

  ended(seq: number, state: number, ms: number, packed: PackedValue): void {
    const member = this.#member;
    const entry = member.remove(seq);
    lent.hold(packed, member.home);
    if (entry === undefined) {
      lent.release(packed);
      return;
    }
    const { id, task } = entry.call;
    member.ended += 1;
    member.loaded.add(task);
    entry.estimate.learn(ms);
    this.#pool.measured(ms);
    if (!entry.started) this.#started.push(id);
    const worker = member.number;
    if (entry.cancelled && state !== COMPLETED) this.#released.push(id);
    else if (state === COMPLETED) this.#ended.push({ id, state: "completed", value: packed, ms, worker });
    else {
      const error = unpackError(packed);
      this.#ended.push({ id, state: state === FAILED ? "failed" : "unreachable", error, ms, worker });
    }
  }

  begun(seq: number): void {
    this.#begun(seq);
  }

  /** It has claimed this call, which runs unless its module is still being loaded: then the worker tells. */
  reached(seq: number): void {
    const entry = this.#member.entries.get(seq);
    if (entry !== undefined && this.#member.loaded.has(entry.call.task)) this.#begun(seq);
  }

  refused(from: number, to: number): void {
    for (let seq = from; seq <= to; seq += 1) this.#pool.refused(this.#member, seq, this.#member.remove(seq));
  }

  output(seq: number, stream: StreamName, text: string): void {
    const entry = this.#begun(seq);
    const worker = this.#member.number;
    if (entry !== undefined) this.#host.tell(outputFact(entry.call.id, stream, text));
    else this.#host.tell({ type: "workerOutput", at: Date.now(), worker, stream, text });
  }

  log(seq: number, level: LogLevel, message: string, data: unknown): void {
    const entry = this.#begun(seq);
    if (entry !== undefined) this.#host.tell(logFact(entry.call.id, level, message, data));
  }

  progress(seq: number, fraction: number, done?: number, total?: number, note?: string): void {
    const entry = this.#begun(seq);
    if (entry !== undefined) this.#host.tell(progressFact(entry.call.id, fraction, done, total, note));
  }

  warning(seq: number, name: string, message: string): void {
    this.#host.tell(warningFact(this.#begun(seq)?.call.id ?? null, name, message));
  }

  directory(seq: number, path: string): void {
    const entry = this.#begun(seq);
    if (entry !== undefined) this.#host.directory(entry.call.id, path);
  }

  waits(seq: number): void {
    this.#begun(seq);
    const entry = this.#member.suspend(seq);
    if (entry !== undefined) this.#host.waits(entry.call.id);
  }

  resumes(seq: number): void {
    const entry = this.#member.suspended.get(seq);
    if (entry !== undefined) this.#host.resumes(entry.call.id);
  }

  ask(seq: number, wire: unknown[]): void {
    const entry = this.#begun(seq);
    if (entry !== undefined) this.#host.ask(entry.call.id, wire);
  }

  heardCancel(): void {}

  full(bytes: number): void {
    this.#member.full = bytes;
  }

  fatal(seq: number, error: Error): void {
    this.#member.fatal = { seq, error };
  }

  /** What the worker wrote past the capture: the running call's, if it can be only that one. */
  raw(stream: StreamName, text: string): void {
    const member = this.#member;
    member.lastWords.add(text);
    const alone = member.concurrency === 1 && member.entries.size === 1;
    const seq = alone ? member.entries.first : undefined;
    this.output(seq ?? 0, stream, text);
  }

  /** A call of which something is heard has started, and its start is told first. */
  #begun(seq: number): Entry | undefined {
    const entry = this.#member.entryOf(seq);
    if (entry === undefined) return undefined;
    this.#member.loaded.add(entry.call.task);
    if (entry.started) return entry;
    entry.started = true;
    this.#started.push(entry.call.id);
    this.#tellStarted();
    return entry;
  }

  #tellStarted(): void {
    if (this.#started.length === 0) return;
    const started = this.#started;
    this.#started = [];
    this.#host.started(this.#member.number, started);
  }
}
