/** Calls in the coordinator's own thread: the same execution as on a worker, without the way there. */
import { FileMark } from "../codec/file.ts";
import { checkFiles } from "../codec/handed-over.ts";
import { CancelledError } from "../errors.ts";
import type { LogLevel } from "../task/context.ts";
import type { NestedScope } from "../task/port.ts";
import type { Attempt, Dispatch, Host, RunnerSession, TaskAddress } from "../task/runner.ts";
import { installCapture } from "./capture.ts";
import { Execution, execute, type Reporter } from "./execute.ts";
import { logFact, outputFact, progressFact, warningFact } from "./facts.ts";
import type { StreamName } from "./protocol.ts";

/** After how long at work the event loop gets a turn, in milliseconds. */
const BREATH = 10;
/** Ends are told after so many calls or so many milliseconds, whichever is sooner. */
const BATCH = 64;
const GATHER = 1;
/** A call that blocks this thread for longer than this, in milliseconds, would be better off elsewhere. */
const BLOCKING = 100;
/** Where calls are not limited, how many are asked for beyond those that run: the scheduler keeps the order of the rest. */
const AHEAD = 64;

export class InlineSession implements RunnerSession, Reporter {
  readonly #host: Host;
  readonly #concurrency: number;
  readonly #warnBlocking: boolean;
  readonly #uninstall: () => void;
  readonly #running = new Map<number, Execution>();
  /** They wait for what they called, and take no room. */
  readonly #waiting = new Map<number, Execution>();
  /** Told to have started, those from `#next` on yet to come: a hook or another call may still cancel them, which leaves a gap. */
  #lot: (Dispatch | null)[] = [];
  #next = 0;
  readonly #warned = new Set<TaskAddress>();
  #worker: number | null = null;
  #queue: Dispatch[] = [];
  #head = 0;
  #ended: Attempt[] = [];
  #pumping = false;
  #scheduled = false;
  #telling = false;
  #closed = false;
  /** The call that is in its synchronous part. */
  #current: Execution | null = null;
  #cancelledCurrent = false;
  /** How long the last call ran that ended in its synchronous part. */
  #ran = 0;
  /** Mean duration of late, in milliseconds. */
  #usual = 1;
  #asked = 0;
  /** When the event loop's present turn began; null when it has not been looked at. */
  #turnBegan: number | null = null;

  constructor(host: Host, concurrency: number, warnBlocking: boolean) {
    this.#host = host;
    this.#concurrency = concurrency;
    this.#warnBlocking = warnBlocking;
    this.#uninstall = installCapture("pass");
    this.#ask();
  }

  dispatch(calls: readonly Dispatch[]): void {
    for (const call of calls) this.#queue.push(call);
    if (this.#pumping || this.#scheduled) return;
    // Lots that follow one another in microtasks would otherwise never let the event loop turn.
    if (performance.now() - this.#turn() >= BREATH) {
      this.#resume();
      return;
    }
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#pump();
    });
  }

  /** What runs here cannot be stopped: it is told to, and the run goes on without it. */
  cancel(ids: readonly number[], reason: string): void {
    const wanted = new Set(ids);
    const released: number[] = [];
    this.#queue = this.#queue.slice(this.#head).filter(call => {
      if (!wanted.has(call.id)) return true;
      released.push(call.id);
      return false;
    });
    this.#head = 0;
    for (const id of ids) {
      if (this.#leavesLot(id)) released.push(id);
      const execution =
        this.#running.get(id) ?? this.#waiting.get(id) ?? (this.#current?.callId === id ? this.#current : undefined);
      if (execution === undefined) continue;
      if (!this.#running.delete(id) && !this.#waiting.delete(id)) this.#cancelledCurrent = true;
      released.push(id);
      execution.abort(new CancelledError({ task: execution.id, reason }));
    }
    if (released.length > 0) this.#host.released(released);
  }

  #leavesLot(id: number): boolean {
    const place = this.#lot.findIndex((call, at) => at >= this.#next && call?.id === id);
    if (place >= 0) this.#lot[place] = null;
    return place >= 0;
  }

  resume(id: number): void {
    const execution = this.#waiting.get(id);
    if (execution === undefined) return;
    this.#waiting.delete(id);
    this.#running.set(id, execution);
    execution.goOn();
  }

  tell(): void {}

  nest(execution: Execution): NestedScope {
    const { callId, abandoned } = execution;
    if (abandoned !== null && !this.#has(execution)) throw abandoned;
    return this.#host.nest(callId);
  }

  waits(execution: Execution): void {
    const { callId } = execution;
    if (this.#running.get(callId) !== execution) return;
    this.#running.delete(callId);
    this.#waiting.set(callId, execution);
    this.#host.waits(callId);
    this.#ask();
    if (this.#head < this.#queue.length) this.#resume();
  }

  resumes(execution: Execution): void {
    if (this.#has(execution)) this.#host.resumes(execution.callId);
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#uninstall();
    return Promise.resolve();
  }

  ended(execution: Execution, ok: boolean, value: unknown, ms: number): void {
    const id = execution.callId;
    if (execution === this.#current) {
      this.#current = null;
      this.#ran = ms;
      if (this.#cancelledCurrent) return;
    } else if (!this.#has(execution)) return;
    else if (!this.#running.delete(id)) this.#waiting.delete(id);
    const worker = this.#worker!;
    const refused = ok && FileMark.any ? problemWith(value, execution.task) : null;
    if (refused !== null) this.#ended.push({ id, state: "failed", error: refused, ms, worker });
    else if (ok) this.#ended.push({ id, state: "completed", value, ms, worker });
    else this.#ended.push({ id, state: "failed", error: value as Error, ms, worker });
    this.#usual += (ms - this.#usual) * 0.1;
    if (!this.#pumping) this.#tellSoon();
  }

  /** What was given up may go on when the call's next attempt is under way. */
  #has(execution: Execution): boolean {
    const { callId } = execution;
    if (execution === this.#current) return !this.#cancelledCurrent;
    return this.#running.get(callId) === execution || this.#waiting.get(callId) === execution;
  }

  output({ callId }: Execution, stream: StreamName, text: string): void {
    this.#host.tell(outputFact(callId, stream, text));
  }

  log({ callId }: Execution, level: LogLevel, message: string, data: unknown): void {
    this.#host.tell(logFact(callId, level, message, data));
  }

  progress({ callId }: Execution, fraction: number, done?: number, total?: number, note?: string): void {
    this.#host.tell(progressFact(callId, fraction, done, total, note));
  }

  warning({ callId }: Execution, name: string, message: string): void {
    this.#host.tell(warningFact(callId, name, message));
  }

  get dirs(): string {
    return this.#host.dirs;
  }

  directory({ callId }: Execution, path: string): void {
    this.#host.directory(callId, path);
  }

  /** Runs what waits, a few calls between two words to the host, until the event loop wants its turn. */
  #pump(): void {
    if (this.#pumping || this.#closed) return;
    this.#pumping = true;
    this.#worker ??= this.#host.worker("inline", process.pid);
    const began = this.#turn();
    let told = performance.now();
    while (this.#head < this.#queue.length && this.#running.size < this.#concurrency && !this.#closed) {
      const now = this.#runSome();
      if (now - told >= GATHER || this.#ended.length >= BATCH) {
        this.#tell();
        told = now;
      }
      if (now - began >= BREATH) break;
    }
    this.#pumping = false;
    this.#ask();
    this.#tell();
    this.#trim();
    if (this.#head < this.#queue.length && this.#running.size < this.#concurrency) this.#resume();
  }

  /** Runs as many calls as make a millisecond, if they take as long as they usually do. Gives the time. */
  #runSome(): number {
    const room = Math.min(this.#concurrency - this.#running.size, this.#queue.length - this.#head, BATCH);
    const count = Math.max(1, Math.min(room, Math.floor(GATHER / this.#usual)));
    const calls = this.#queue.slice(this.#head, this.#head + count);
    this.#head += count;
    this.#lot = calls;
    this.#next = 0;
    const ids = calls.map(call => call.id);
    this.#host.started(this.#worker!, ids);
    let now = performance.now();
    while (this.#next < calls.length) {
      const call = this.#lot[this.#next++]!;
      if (call !== null) now = this.#run(call, now);
    }
    this.#lot = [];
    return now;
  }

  #run(call: Dispatch, began: number): number {
    const { id, task, attempt } = call;
    const execution = new Execution(id, id, task.name, attempt, this.#host.runId, this, call);
    this.#current = execution;
    this.#cancelledCurrent = false;
    const ended = execute(execution, task.fn, call.inputs(), began);
    if (!ended && !this.#cancelledCurrent) this.#running.set(id, execution);
    this.#current = null;
    const now = ended ? began + this.#ran : performance.now();
    if (this.#warnBlocking && now - began > BLOCKING) this.#warnOf(call, now - began);
    return now;
  }

  #warnOf({ id, task }: Dispatch, ms: number): void {
    if (this.#warned.has(task)) return;
    this.#warned.add(task);
    const message = `${task.name}(…) kept this process busy for ${Math.round(ms)} ms, in which nothing else could happen. Use ${task.name}.submit(…) with a runner such as threads().`;
    this.#host.tell(warningFact(id, "heddle", message));
  }

  /** Asks for room for what runs and some more. */
  #ask(): void {
    const wanted = Math.min(this.#concurrency, this.#running.size + AHEAD);
    if (wanted <= this.#asked && wanted > this.#asked - AHEAD) return;
    this.#asked = wanted;
    this.#host.slots(wanted, this.#concurrency);
  }

  /** When this turn of the event loop began: short calls come in many small lots, which together must let others in. */
  #turn(): number {
    if (this.#turnBegan === null) {
      this.#turnBegan = performance.now();
      setImmediate(() => {
        this.#turnBegan = null;
      });
    }
    return this.#turnBegan;
  }

  #resume(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#pump();
    });
  }

  #tell(): void {
    if (this.#ended.length === 0) return;
    const ended = this.#ended;
    this.#ended = [];
    this.#ask();
    this.#host.done(ended);
  }

  /** Once the promises that settle now have all done so. */
  #tellSoon(): void {
    if (this.#telling) return;
    this.#telling = true;
    process.nextTick(() => {
      this.#telling = false;
      this.#tell();
      if (this.#head < this.#queue.length) this.#pump();
    });
  }

  #trim(): void {
    if (this.#head === this.#queue.length) this.#queue = [];
    else if (this.#head > BATCH) this.#queue = this.#queue.slice(this.#head);
    else return;
    this.#head = 0;
  }
}

/** A result stays as it is here, but the files that it names must be there, as they must be elsewhere. */
function problemWith(value: unknown, task: string): Error | null {
  try {
    checkFiles(value, { task, role: "result" });
    return null;
  } catch (error) {
    return error as Error;
  }
}
