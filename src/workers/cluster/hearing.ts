/** Hears what workers of a cluster say of the calls of a run, and answers what they ask for. */
import { FrameReader } from "../../codec/frames.ts";
import type { PackedValue } from "../../codec/packed.ts";
import type { Attempt, Host } from "../../task/runner.ts";
import { CallReports } from "../callreports.ts";
import { warningFact } from "../facts.ts";
import { type Reports, readReports } from "../protocol.ts";
import { FileDesk } from "../travel/desk.ts";
import type { Batch, Underway } from "./batch.ts";
import { BatchReports } from "./batch-reports.ts";
import { endOf } from "./failure.ts";
import type { Link } from "./link.ts";
import { message } from "./messages.ts";

export interface Hears {
  ended(underway: Underway, attempt: Attempt): void;
  /** It has not begun, and will not there. */
  refused(underway: Underway): void;
  /** It calls others: those like it are not to travel together. */
  calls(underway: Underway): void;
  /** It waits for what it called. */
  waits(underway: Underway): void;
  /** Whether something is still expected of it. */
  has(underway: Underway): boolean;
}

export class Hearing {
  readonly #host: Host;
  readonly #link: Link;
  readonly #session: Hears;
  readonly #workers = new Map<string, number>();

  constructor(host: Host, link: Link, session: Hears) {
    this.#host = host;
    this.#link = link;
    this.#session = session;
  }

  /** Messages of a worker that has the calls. */
  hear(batch: Batch, where: string, pid: number, bytes: Uint8Array): void {
    const at = `${where} ${pid}`;
    if (batch.at !== at) this.#place(batch, where, pid, at);
    const reports = new BatchReports(
      seq => (seq > 0 ? batch.open.get(seq) : atWork(batch)),
      underway => this.#reportsOf(underway, where),
      (seq, error) => {
        batch.fatal = { seq, error };
      },
      underway => this.#session.refused(underway),
    );
    new FrameReader().push(bytes, wire => readReports(wire, reports));
  }

  workerDied(where: string, pid: number, code: number): void {
    const worker = this.#workers.get(`${where} ${pid}`);
    if (worker === undefined) return;
    this.#workers.delete(`${where} ${pid}`);
    this.#host.tell({ type: "workerEnded", at: Date.now(), worker, reason: "crashed", detail: endOf(code) });
  }

  /** It begins there: for the first time, or again, as where it was is lost. */
  #place(batch: Batch, where: string, pid: number, at: string): void {
    for (const underway of batch.open.values()) {
      if (batch.at !== null) {
        const reason = `its worker ${batch.at} was lost`;
        this.#host.tell({ type: "restarted", at: Date.now(), call: underway.call.id, reason });
      }
      underway.desk?.close();
      underway.desk = null;
      underway.reports = null;
      underway.begun = false;
    }
    batch.worker = this.#workers.get(at) ?? this.#host.worker(`${this.#link.settings.name}/${where}`, pid);
    this.#workers.set(at, batch.worker);
    batch.at = at;
    batch.fatal = null;
  }

  #reportsOf(underway: Underway, where: string): Reports {
    const { call, batch } = underway;
    underway.reports ??= new OneCall(this.#host, call.id, batch.worker, {
      begun: () => {
        if (!underway.begun) this.#host.started(batch.worker, [call.id]);
        underway.begun = true;
      },
      ended: attempt => this.#session.ended(underway, attempt),
      calls: () => this.#session.calls(underway),
      waits: () => this.#session.waits(underway),
      needs: (what, of) => void this.#provide(underway, where, what, of),
      gives: (of, bytes) => void this.#answer(underway, this.#deskOf(underway).gives(of, bytes)),
    });
    return underway.reports;
  }

  /** What the call needs is not where it runs. */
  #provide(underway: Underway, where: string, what: string, of: string): Promise<void> {
    if (what === "manifest" && this.#link.settings.code === null) {
      const text = `${of} is not on ${where}, or another one: what it needs is sent there`;
      this.#host.tell(warningFact(null, "heddle", text));
    }
    return this.#answer(underway, this.#deskOf(underway).needs(what, of));
  }

  async #answer(underway: Underway, answer: Promise<unknown[]>): Promise<void> {
    const { batch } = underway;
    const { at } = batch;
    const wire = await answer;
    // Where it began anew it asks anew.
    if (this.#session.has(underway) && batch.at === at) this.#link.say("tell", batch.ref, message(wire), false);
  }

  #deskOf(underway: Underway): FileDesk {
    underway.desk ??= new FileDesk(this.#host, underway.call, this.#link.lending);
    return underway.desk;
  }
}

/** Of those that have begun, only the newest can be at work; before the first has, it is that one's module that is loaded. */
function atWork(batch: Batch): Underway | undefined {
  const open = [...batch.open.values()];
  return open.findLast(({ begun }) => begun) ?? open[0];
}

interface Moments {
  /** Told once or more often. */
  begun(): void;
  ended(attempt: Attempt): void;
  calls(): void;
  waits(): void;
  needs(what: string, of: string): void;
  gives(of: string, bytes: Uint8Array): void;
}

class OneCall extends CallReports {
  readonly #moments: Moments;

  constructor(host: Host, id: number, worker: number, moments: Moments) {
    super(host, id, worker);
    this.#moments = moments;
  }

  override begun(): void {
    this.#moments.begun();
  }

  override ended(seq: number, state: number, ms: number, packed: PackedValue): void {
    this.#moments.begun();
    super.ended(seq, state, ms, packed);
    this.#moments.ended(this.attempt!);
  }

  override ask(seq: number, wire: unknown[]): void {
    this.#moments.calls();
    super.ask(seq, wire);
  }

  override waits(): void {
    this.#moments.waits();
  }

  needs(what: string, of: string): void {
    this.#moments.needs(what, of);
  }

  gives(of: string, bytes: Uint8Array): void {
    this.#moments.gives(of, bytes);
  }
}
