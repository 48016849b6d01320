/** Gathers the reports of a worker into messages: at the end of the work at hand, else every millisecond. */
import { packError } from "../codec/failure.ts";
import { isPrimitive, pack } from "../codec/pack.ts";
import type { PackedValue } from "../codec/packed.ts";
import type { Room } from "../codec/room.ts";
import { toWire } from "../codec/wire.ts";
import { shown } from "../config/shown.ts";
import { CancelledError, SubmitInsideTaskError } from "../errors.ts";
import type { LogLevel } from "../task/context.ts";
import { type Nested, type NestedScope, port } from "../task/port.ts";
import type { Execution, Reporter } from "./execute.ts";
import { EndRow } from "./plain.ts";
import {
  ASK,
  COMPLETED,
  DIRECTORY,
  ENDED,
  FAILED,
  LOG,
  OUTPUT,
  PROGRESS,
  RESUMES,
  type StreamName,
  WAITS,
  WARNING,
} from "./protocol.ts";
import type { AwayFiles } from "./travel/away.ts";

/** How long a report waits for others, in milliseconds. */
const GATHER = 0.5;
/**
 * What a call says leaves at once, as the call may block its thread and be killed for it; but of a call that says more
 * than so many things in so many milliseconds, the rest of them waits.
 */
const WORDS = 64;
const WORDS_WINDOW = 20;

export class WireReporter implements Reporter {
  readonly #send: (wire: unknown[]) => void;
  readonly #onEnd: (execution: Execution) => void;
  readonly #onWait: ((number: number) => void) | null;
  /** Where large results go, if the coordinator shares this memory. */
  readonly #room: Room | null;
  readonly #nested = new WeakMap<Execution, Nested>();
  dirs = "";
  /** False where nothing passes on what calls ask. */
  connected = true;
  /** Sends the files of results, where the coordinator may not see them. */
  files: AwayFiles | null = null;
  /** A call has ended but for its files. */
  onHandingOver: (execution: Execution) => void = () => {};
  #wire: unknown[] = [];
  readonly #ends = new EndRow();
  #flushed = 0;
  #armed = false;
  #window = 0;
  #said = 0;

  constructor(
    send: (wire: unknown[]) => void,
    onEnd: (execution: Execution) => void,
    onWait: ((number: number) => void) | null = null,
    room: Room | null = null,
  ) {
    this.#room = room;
    this.#send = send;
    this.#onEnd = onEnd;
    this.#onWait = onWait;
  }

  ended(execution: Execution, ok: boolean, value: unknown, ms: number): void {
    const { abandoned } = execution;
    if (ok && abandoned instanceof CancelledError) {
      // It has ended as it was told to: what it gives is not what it would have given.
      this.ended(execution, false, abandoned, ms);
      return;
    }
    const wire = this.#wire;
    const length = wire.length;
    if (ok && isPrimitive(value) && (this.files === null || execution.keptDirectory === null)) {
      this.#ends.write(execution.number, ms, value, wire);
      this.#onEnd(execution);
      return;
    }
    try {
      wire.push(ENDED, execution.number, ok ? COMPLETED : FAILED, ms);
      if (ok) {
        const packed = pack(value, { task: execution.task, role: "result" }, this.#room);
        const handing = this.files?.handOver(execution, packed) ?? null;
        if (handing !== null) {
          wire.length = length;
          this.#endAfter(handing, execution, ms);
          return;
        }
        toWire(packed, wire, true);
      } else toWire(packError(value, { task: execution.task, role: "error" }), wire);
    } catch (error) {
      wire.length = length;
      this.#failed(execution, error, ms);
    }
    this.#onEnd(execution);
  }

  #endAfter(handing: Promise<PackedValue>, execution: Execution, ms: number): void {
    this.onHandingOver(execution);
    const completed = (packed: PackedValue) => {
      this.#wire.push(ENDED, execution.number, COMPLETED, ms);
      toWire(packed, this.#wire, true);
    };
    void handing
      .then(completed, error => this.#failed(execution, error, ms))
      .then(() => {
        this.#onEnd(execution);
        this.flushSoon();
      });
  }

  #failed(execution: Execution, error: unknown, ms: number): void {
    this.#wire.push(ENDED, execution.number, FAILED, ms);
    toWire(packError(error, { task: execution.task, role: "error" }), this.#wire);
  }

  output(execution: Execution, stream: StreamName, text: string): void {
    this.#wire.push(OUTPUT, execution.number, stream, text);
    this.#words();
  }

  log(execution: Execution, level: LogLevel, message: string, data: unknown): void {
    const packed = packOrShow(data, execution.task);
    this.#wire.push(LOG, execution.number, level, message);
    toWire(packed, this.#wire);
    this.#words();
  }

  progress(execution: Execution, fraction: number, done?: number, total?: number, note?: string): void {
    this.#wire.push(PROGRESS, execution.number, fraction, done, total, note);
    this.#words();
  }

  warning(execution: Execution, name: string, message: string): void {
    this.#wire.push(WARNING, execution.number, name, message);
    this.#words();
  }

  /** At once: if the call kills its worker, somebody has to know. */
  directory(execution: Execution, path: string): void {
    this.#wire.push(DIRECTORY, execution.number, path);
    this.flush();
  }

  /** What it calls is called by the coordinator: the run has a scope for that, where it is loaded. */
  nest(execution: Execution): NestedScope {
    const say = (wire: readonly unknown[]) => {
      this.#wire.push(ASK, execution.number, wire.length, ...wire);
      this.flushSoon();
    };
    const made = this.connected ? port.nested?.(execution, say) : undefined;
    if (made === undefined) throw new SubmitInsideTaskError({ task: execution.id });
    this.#nested.set(execution, made);
    return made.scope;
  }

  /** What the coordinator says to the scope of what a call calls. */
  hear(execution: Execution, wire: unknown[]): void {
    this.#nested.get(execution)?.hear(wire);
  }

  waits({ number }: Execution): void {
    this.tell(WAITS, number);
    this.flush();
    this.#onWait?.(number);
  }

  resumes({ number }: Execution): void {
    this.tell(RESUMES, number);
    this.flush();
  }

  /** Text that no call wrote. */
  stray(stream: StreamName, chunk: string | Uint8Array): void {
    const text = typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8");
    this.#wire.push(OUTPUT, 0, stream, text);
    this.#words();
  }

  tell(...report: (number | string)[]): void {
    this.#wire.push(...report);
    this.flushSoon();
  }

  /** A report that ends in an encoded error. */
  fail(operation: number, operands: readonly number[], error: PackedValue): void {
    this.#wire.push(operation, ...operands);
    toWire(error, this.#wire);
    this.flushSoon();
  }

  /** Between two calls: sends what has waited long enough. Gives the time. */
  tick(): number {
    const now = performance.now();
    if (this.#wire.length > 0 && now - this.#flushed >= GATHER) this.flush();
    return now;
  }

  flush(): void {
    if (this.#wire.length === 0) return;
    const wire = this.#wire;
    this.#wire = [];
    this.#flushed = performance.now();
    this.#send(wire);
  }

  /** Sends at the end of this turn of the event loop. */
  flushSoon(): void {
    if (this.#armed || this.#wire.length === 0) return;
    this.#armed = true;
    setImmediate(() => {
      this.#armed = false;
      this.flush();
    });
  }

  #words(): void {
    const now = performance.now();
    if (now - this.#window > WORDS_WINDOW) {
      this.#window = now;
      this.#said = 0;
    }
    this.#said += 1;
    if (this.#said <= WORDS) this.flush();
    else this.flushSoon();
  }
}

/** What a log line carries is never a reason to fail: what cannot travel travels as text. */
function packOrShow(data: unknown, task: string): PackedValue {
  try {
    return pack(data, { task, role: "error" });
  } catch {
    return shown(data);
  }
}
