import { FrameReader } from "../../codec/frames.ts";
import type { Attempt, Dispatch, Host, RunnerSession } from "../../task/runner.ts";
import { CommandReports } from "../command/reports.ts";
import { CANCEL, RESUME, readReports, TELL, writeCall, writeTask } from "../protocol.ts";
import { FileDesk } from "../travel/desk.ts";
import { GRACE } from "./engine.ts";
import { died, endOf, givenUp, withoutNode, withoutResource, withoutWorker } from "./failure.ts";
import type { Link, LinkUser } from "./link.ts";
import { message, takeReferences } from "./messages.ts";
import { elsewhere, isApart, isElsewhere, isKeptBy } from "./references.ts";

/** So many calls are at the engine beside those that can run: a round trip takes long. */
const AHEAD = 64;
/** A timer that never fires keeps the process alive while calls are pending. */
const FOREVER = 2 ** 31 - 1;

const NO_OUTCOME = "it gave no outcome";

/** One attempt that the cluster has. */
interface Underway {
  readonly call: Dispatch;
  readonly ref: number;
  cancelled: boolean;
  /** Who executes it, as `address pid`; null before it was heard of. */
  at: string | null;
  worker: number;
  reports: CommandReports | null;
  /** Where it asks for files. */
  desk: FileDesk | null;
}

/** A cluster at work for one run, for calls that want the same resources. */
export class ClusterSession implements RunnerSession, LinkUser {
  readonly #host: Host;
  readonly #link: Link;
  readonly #resources: Readonly<Record<string, number>>;
  readonly #closed: () => void;
  readonly #byId = new Map<number, Underway>();
  readonly #byRef = new Map<number, Underway>();
  readonly #workers = new Map<string, number>();
  readonly #alive = setInterval(() => {}, FOREVER).unref();

  /** `closed`: the link is of no use any more. */
  constructor(host: Host, link: Link, resources: Readonly<Record<string, number>>, closed: () => void) {
    this.#host = host;
    this.#link = link;
    this.#resources = resources;
    this.#closed = closed;
    // Calls wait where the engine is not ready yet: it says how many it takes.
    this.#alive.ref();
    link.attach(this);
  }

  dispatch(calls: readonly Dispatch[]): void {
    for (const call of calls) this.#submit(call);
    this.#keepAlive();
  }

  cancel(ids: readonly number[], reason: string): void {
    for (const id of ids) {
      const underway = this.#byId.get(id);
      if (underway === undefined || underway.cancelled) continue;
      underway.cancelled = true;
      this.#link.say("stop", underway.ref, message([CANCEL, 1, reason]), GRACE);
    }
  }

  resume(id: number): void {
    this.#pass(id, [RESUME, 1], true);
  }

  tell(id: number, wire: unknown[]): void {
    this.#pass(id, [TELL, 1, wire.length, ...wire]);
  }

  takes(value: unknown): boolean {
    return isElsewhere(value) && isKeptBy(value, this.#link);
  }

  async close(): Promise<void> {
    clearInterval(this.#alive);
    this.#byRef.clear();
    this.#byId.clear();
    if (await this.#link.detach(this)) this.#closed();
  }

  slots(count: number): void {
    this.#host.slots(count + AHEAD, Math.max(1, count));
    this.#keepAlive();
  }

  lost(reason: string): void {
    const all = [...this.#byId.values()];
    this.#byId.clear();
    this.#byRef.clear();
    const ids = (cancelled: boolean) => all.filter(one => one.cancelled === cancelled).map(({ call }) => call.id);
    if (ids(true).length > 0) this.#host.released(ids(true));
    if (ids(false).length > 0) this.#host.lost(ids(false), reason);
  }

  broken(error: Error): void {
    this.#byId.clear();
    this.#byRef.clear();
    this.#alive.unref();
    this.#host.broken(error);
  }

  warn(text: string): void {
    this.#host.tell({ type: "warning", at: Date.now(), call: null, name: "heddle", message: text });
  }

  said(operation: string, ref: number, operands: readonly unknown[]): void {
    const underway = this.#byRef.get(ref);
    if (underway === undefined) return;
    const { settings } = this.#link;
    const display = displayOf(underway);
    const [where, second, third, fourth] = operands as [string, number, never, never];
    switch (operation) {
      case "said":
        this.#hear(underway, where, second, third);
        return;
      case "ended":
        this.#hear(underway, where, second, third);
        this.#ended(underway);
        return;
      case "died":
        this.#workerDied(where, second, third);
        this.#fail(underway, "crashed", underway.reports?.death ?? died(display, third, fourth));
        return;
      case "no worker":
        this.#fail(underway, "unreachable", withoutWorker(settings, display, where, third, fourth));
        return;
      case "no node":
        this.#fail(underway, "unreachable", withoutNode(settings, display, where, String(second)));
        return;
      case "no resource":
        this.#fail(underway, "unreachable", withoutResource(settings, display, where, second));
        return;
      case "lost":
        this.#fail(underway, "crashed", givenUp(settings, display, where));
        return;
      case "done":
        this.#fail(underway, "crashed", givenUp(settings, display, "it ended, and nothing was heard of that"));
        return;
      case "gone":
        this.#forget(underway, false);
        this.#host.lost([underway.call.id], where);
        return;
      case "stopped":
        this.#forget(underway, false);
        this.#host.released([underway.call.id]);
    }
  }

  #submit(call: Dispatch): void {
    const wire = this.#link.code.origin(call.task.module);
    try {
      writeTask(0, call.task, wire);
      writeCall(1, 0, call, wire);
      this.#link.lending.say(wire, 0);
    } catch (error) {
      this.#host.done([{ id: call.id, state: "failed", error: error as Error, ms: 0, worker: -1 }]);
      return;
    }
    const { places, refs } = takeReferences(wire, this.#link);
    const ref = this.#link.reference(this);
    const underway: Underway = { call, ref, cancelled: false, at: null, worker: -1, reports: null, desk: null };
    this.#byId.set(call.id, underway);
    this.#byRef.set(ref, underway);
    this.#link.say("call", ref, call.task.name, this.#resources, refs, message(wire, places));
  }

  /** `goesOn`: from here on the call needs what it had left while it waited. */
  #pass(id: number, wire: readonly unknown[], goesOn = false): void {
    const underway = this.#byId.get(id);
    if (underway !== undefined) this.#link.say("tell", underway.ref, message(wire), goesOn);
  }

  #hear(underway: Underway, where: string, pid: number, bytes: Uint8Array): void {
    const at = `${where} ${pid}`;
    if (underway.at !== at) this.#place(underway, where, pid, at);
    new FrameReader().push(bytes, wire => readReports(wire, underway.reports!));
  }

  /** It begins there: for the first time, or again, as where it was is lost. */
  #place(underway: Underway, where: string, pid: number, at: string): void {
    const { id } = underway.call;
    if (underway.at !== null) {
      const reason = `its worker ${underway.at} was lost`;
      this.#host.tell({ type: "restarted", at: Date.now(), call: id, reason });
    }
    const worker = this.#workers.get(at) ?? this.#host.worker(`${this.#link.settings.name}/${where}`, pid);
    this.#workers.set(at, worker);
    underway.worker = worker;
    underway.at = at;
    underway.desk?.close();
    underway.desk = null;
    let told = false;
    underway.reports = new CommandReports(this.#host, id, worker, {
      begun: () => {
        if (!told) this.#host.started(worker, [id]);
        told = true;
      },
      heardCancel: () => {},
      unfit: () => {},
      waits: call => this.#host.waits(call),
      needs: (what, of) => void this.#provide(underway, where, what, of),
      gives: (of, bytes) => void this.#answer(underway, this.#deskOf(underway).gives(of, bytes)),
    });
  }

  /** What the call needs is not where it runs. */
  #provide(underway: Underway, where: string, what: string, of: string): Promise<void> {
    if (what === "manifest" && this.#link.settings.code === null) this.warn(sending(of, where));
    return this.#answer(underway, this.#deskOf(underway).needs(what, of));
  }

  async #answer(underway: Underway, answer: Promise<unknown[]>): Promise<void> {
    const { call, at } = underway;
    const wire = await answer;
    // Where it began anew it asks anew.
    if (this.#byId.get(call.id) === underway && underway.at === at)
      this.#link.say("tell", underway.ref, message(wire), false);
  }

  #deskOf(underway: Underway): FileDesk {
    underway.desk ??= new FileDesk(this.#host, underway.call, this.#link.lending);
    return underway.desk;
  }

  #ended(underway: Underway): void {
    const { attempt, death } = underway.reports!;
    const { settings } = this.#link;
    if (attempt === null) this.#fail(underway, "crashed", death ?? givenUp(settings, displayOf(underway), NO_OUTCOME));
    else if (!isApart(attempt.value) || underway.cancelled) this.#end(underway, attempt);
    else if (!underway.call.isRead) this.#end(underway, { ...attempt, value: elsewhere(this.#link, underway.ref) });
    else {
      const { id } = underway.call;
      const has = () => this.#byId.get(id) === underway;
      this.#link.fetch(underway.ref).then(
        value => has() && this.#end(underway, { ...attempt, value }),
        error => has() && this.#fail(underway, "crashed", error as Error),
      );
    }
  }

  #fail(underway: Underway, state: Attempt["state"], error: Error): void {
    this.#end(underway, { id: underway.call.id, state, error, ms: 0, worker: underway.worker });
  }

  #end(underway: Underway, attempt: Attempt): void {
    this.#forget(underway, isElsewhere(attempt.value) && !underway.cancelled);
    if (underway.cancelled) this.#host.released([attempt.id]);
    else this.#host.done([attempt]);
    this.#keepAlive();
  }

  #forget(underway: Underway, keeps: boolean): void {
    underway.desk?.close();
    this.#byId.delete(underway.call.id);
    this.#byRef.delete(underway.ref);
    this.#link.settle(underway.ref, keeps);
  }

  #workerDied(where: string, pid: number, code: number): void {
    const worker = this.#workers.get(`${where} ${pid}`);
    if (worker === undefined) return;
    this.#workers.delete(`${where} ${pid}`);
    this.#host.tell({ type: "workerEnded", at: Date.now(), worker, reason: "crashed", detail: endOf(code) });
  }

  #keepAlive(): void {
    if (this.#byId.size > 0) this.#alive.ref();
    else this.#alive.unref();
  }
}

function displayOf({ call }: Underway): string {
  return `${call.task.name}-${call.id}`;
}

function sending(module: string, where: string): string {
  return `${module} is not on ${where}, or another one: what it needs is sent there`;
}
