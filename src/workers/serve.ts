/** The loop of a worker: takes calls in order, claims each, runs it, and reports. The same on threads and processes. */
import { packError } from "../codec/failure.ts";
import { SegmentRoom } from "../codec/room.ts";
import type { Segments } from "../codec/segments.ts";
import type { Cursor } from "../codec/wire.ts";
import { CancelledError, ProtocolError } from "../errors.ts";
import { shared } from "../task/shared.ts";
import { Backlog } from "./backlog.ts";
import { installCapture } from "./capture.ts";
import type { Claimer } from "./claims.ts";
import { Execution, execute } from "./execute.ts";
import { readInputs } from "./inputs.ts";
import { tellOfStray } from "./load.ts";
import { MemoryLimit } from "./memory.ts";
import { Preparing } from "./preparing.ts";
import {
  type Address,
  BEGUN,
  CALL,
  CALLS,
  CANCEL,
  FATAL,
  FILES,
  FULL,
  READY,
  REFUSED,
  RESUME,
  SETUP,
  SPARE,
  TASK,
  TELL,
  UNFIT,
} from "./protocol.ts";
import { WireReporter } from "./reporter.ts";
import { Suspended } from "./suspended.ts";
import type { AwayFiles } from "./travel/away.ts";
import type { KnownTask, Moments, TaskFunction, Waiting } from "./turn.ts";
import { warm } from "./warm.ts";

/** After how long at work the event loop gets a turn, in milliseconds. */
const BREATH = 10;
/**
 * A call that takes longer than so many milliseconds keeps what others before it have given from leaving. Which one
 * that will be nobody knows; but after one, the next so many calls of its task may do so, too.
 */
const LONG = 5;
const WARY = 250;

export class Server {
  readonly #reporter: WireReporter;
  readonly #claims: Claimer;
  readonly #tasks: KnownTask[] = [];
  readonly #running = new Map<number, Execution>();
  readonly #suspended = new Suspended();
  readonly #backlog = new Backlog();
  readonly #preparing: Preparing;
  /** Cancelled before they were under way. */
  readonly #unwanted = new Set<number>();
  #concurrency = 1;
  /** What has ended leaves before the next call begins, which is told, too. */
  tellsBegins = false;
  #runId = "";
  #memory: MemoryLimit | null = null;
  /** The last call that began has a time-out. */
  #timed = false;
  #worked = false;
  #pumping = false;
  #breathing = false;
  readonly #moments: Moments;
  readonly #segments: Segments | undefined;
  readonly #files: AwayFiles | null;

  /**
   * @param segments where large results go, if the coordinator shares this memory.
   * @param files where files come from and go to, if the coordinator has another disk.
   */
  constructor(
    send: (wire: unknown[]) => void,
    claims: Claimer,
    moments: Moments = {},
    segments?: Segments,
    files: AwayFiles | null = null,
  ) {
    this.#files = files;
    this.#claims = claims;
    this.#moments = moments;
    this.#segments = segments;
    this.#reporter = new WireReporter(
      send,
      execution => this.#ended(execution),
      seq => this.#suspend(seq),
      segments === undefined ? null : new SegmentRoom(segments, true),
    );
    this.#reporter.files = files;
    this.#reporter.onHandingOver = execution => this.#running.set(execution.number, execution);
    this.#preparing = new Preparing(this.#reporter, files);
    shared.mode = "loading";
    tellOfStray("a worker", text => this.#stray(text));
    installCapture((stream, chunk) => this.#reporter.stray(stream, chunk));
    process.on("uncaughtException", error => this.#die(error));
    process.on("exit", () => this.#reporter.flush());
  }

  /** Takes one message of the coordinator. */
  receive(wire: readonly unknown[]): void {
    const cursor: Cursor = { at: 0 };
    while (cursor.at < wire.length) this.#read(wire, cursor);
    this.#pump();
  }

  /** Sends what has been gathered, as the process is about to end. */
  flush(): void {
    this.#reporter.flush();
  }

  #read(wire: readonly unknown[], cursor: Cursor): void {
    const at = cursor.at;
    switch (wire[at]) {
      case CALLS:
        cursor.at = this.#backlog.addRow(wire, at, this.#tasks);
        return;
      case CALL:
        cursor.at = this.#backlog.addCall(wire, at, this.#tasks);
        return;
      case TASK: {
        const [number, identity, name, module, where, inside] = wire.slice(at + 1, at + 7) as never[];
        cursor.at += 7;
        this.#tasks[number!] = {
          address: { identity, name, module, where, inside } as unknown as Address,
          fn: null,
          wary: 0,
        };
        return;
      }
      case CANCEL:
        cursor.at += 3;
        this.#moments.cancels?.();
        this.#cancel(wire[at + 1] as number, wire[at + 2] as string);
        return;
      case RESUME:
        cursor.at += 2;
        this.#suspended.mayGoOn(wire[at + 1] as number);
        return;
      case TELL: {
        const [seq, length] = wire.slice(at + 1, at + 3) as number[];
        cursor.at += 3 + length!;
        const execution = this.#running.get(seq!) ?? this.#suspended.get(seq!);
        if (execution !== undefined) this.#reporter.hear(execution, wire.slice(at + 3, cursor.at));
        return;
      }
      case FILES:
        cursor.at += this.#files!.hear(wire, at);
        return;
      case SPARE:
        cursor.at += 2;
        this.#segments?.give(wire[at + 1] as SharedArrayBuffer);
        return;
      case SETUP:
        cursor.at += 7;
        this.#runId = wire[at + 1] as string;
        this.#concurrency = wire[at + 2] as number;
        this.#reporter.dirs = wire[at + 5] as string;
        this.#watchMemory(wire[at + 6] as number);
        void this.#start(wire[at + 3] as string | null);
        return;
      default:
        throw new ProtocolError({ from: "the coordinator", problem: `there is no operation ${String(wire[at])}` });
    }
  }

  #watchMemory(most: number): void {
    if (most === Number.POSITIVE_INFINITY) return;
    this.#memory = new MemoryLimit(most, bytes => this.#reporter.tell(FULL, bytes));
  }

  async #start(init: string | null): Promise<void> {
    try {
      this.#moments.begins?.();
      if (init !== null) await warm(init);
      this.#reporter.tell(READY);
      this.#moments.startedWell?.();
    } catch (error) {
      this.#reporter.fail(UNFIT, [], packError(error, { task: "init", role: "error" }));
    }
  }

  /** Runs what waits, as far as there is room; sync calls one after the other, without leaving the loop. */
  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    const began = performance.now();
    let last: KnownTask | null = null;
    let since = began;
    // Those that have waited come before those that begin.
    while (this.#hasRoom && this.#suspended.goOn(this.#running));
    while (!this.#backlog.isEmpty && this.#hasRoom) {
      const now = this.#reporter.tick();
      if (last !== null && now - since > LONG) last.wary = WARY;
      if (now - began > BREATH) {
        this.#resume();
        break;
      }
      const call = this.#backlog.take();
      this.#worked = true;
      last = call.task;
      since = now;
      if (call.timed || this.#timed || last.wary > 0) this.#reporter.flush();
      if (last.wary > 0) last.wary -= 1;
      this.#timed = call.timed;
      if (this.#claims.claim(call.seq)) this.#begin(call);
      else this.#reporter.tell(REFUSED, call.seq, call.seq);
    }
    if (last !== null && performance.now() - since > LONG) last.wary = WARY;
    this.#pumping = false;
    if (this.#backlog.isEmpty && this.#running.size + this.#preparing.count === 0) {
      this.#memory?.callEnded(true);
      this.#reporter.flush();
      if (this.#worked && this.#suspended.isEmpty) this.#moments.idle?.();
    }
    this.#reporter.flushSoon();
  }

  #suspend(seq: number): void {
    this.#suspended.take(seq, this.#running);
    this.#pump();
  }

  get #hasRoom(): boolean {
    return this.#running.size + this.#preparing.count < this.#concurrency;
  }

  #resume(): void {
    if (this.#breathing) return;
    this.#breathing = true;
    setImmediate(() => {
      this.#breathing = false;
      this.#pump();
    });
  }

  #begin(call: Waiting): void {
    const fn = this.#preparing.functionOf(
      call,
      ready => this.#run(call, ready),
      () => this.#pump(),
    );
    if (fn === null) return;
    if (this.tellsBegins) {
      this.#reporter.tell(BEGUN, call.seq);
      this.#reporter.flush();
    }
    this.#run(call, fn);
  }

  #run(call: Waiting, fn: TaskFunction): void {
    const { seq, id, attempt, task, wire, at, arity } = call;
    if (this.#unwanted.delete(seq)) {
      this.#reporter.tell(REFUSED, seq, seq);
      return;
    }
    const execution = new Execution(seq, id, task.address.name, attempt, this.#runId, this.#reporter, call);
    let inputs: unknown[];
    try {
      inputs = arity < 0 ? readInputs(wire, { at }) : wire.slice(at, at + arity);
    } catch (error) {
      execution.end(false, error, 0);
      return;
    }
    if (!execute(execution, fn, inputs)) this.#running.set(seq, execution);
  }

  #ended(execution: Execution): void {
    const { number } = execution;
    this.#memory?.callEnded(false);
    if (this.#running.delete(number) || this.#suspended.delete(number)) this.#pump();
  }

  /** A call that is not under way yet is refused when its turn comes. */
  #cancel(seq: number, reason: string): void {
    const execution = this.#running.get(seq) ?? this.#suspended.get(seq);
    if (execution !== undefined) execution.abort(new CancelledError({ task: execution.id, reason }));
    else if (this.#preparing.has(seq) || this.#backlog.has(seq)) this.#unwanted.add(seq);
  }

  #stray(text: string): void {
    const inside = shared.ambient.getStore()?.call;
    if (inside instanceof Execution) this.#reporter.warning(inside, "heddle", text);
    else this.#reporter.stray("stderr", `${text}\n`);
  }

  /** Whatever nobody caught ends the worker, as it would end a process; the report says which call it came from. */
  #die(error: unknown): void {
    const inside = shared.ambient.getStore()?.call;
    const seq = inside instanceof Execution ? inside.number : 0;
    this.#reporter.fail(FATAL, [seq], packError(error, { task: inside?.task ?? "a worker", role: "error" }));
    this.#reporter.flush();
    process.exit(1);
  }
}
