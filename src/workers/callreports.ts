import { unpackError } from "../codec/failure.ts";
import type { PackedValue } from "../codec/packed.ts";
import type { LogLevel } from "../task/context.ts";
import type { Attempt, Host } from "../task/runner.ts";
import { logFact, outputFact, progressFact, warningFact } from "./facts.ts";
import { COMPLETED, FAILED, type Reports, type StreamName } from "./protocol.ts";

/** The reports of one call that was executed by itself. */
export class CallReports implements Reports {
  attempt: Attempt | null = null;
  readonly #host: Host;
  readonly #id: number;
  readonly #worker: number;
  readonly #waits: (id: number) => void;

  constructor(host: Host, id: number, worker: number, waits: (id: number) => void = call => host.waits(call)) {
    this.#waits = waits;
    this.#host = host;
    this.#id = id;
    this.#worker = worker;
  }

  ended(_seq: number, state: number, ms: number, packed: PackedValue): void {
    const [id, worker] = [this.#id, this.#worker];
    if (state === COMPLETED) this.attempt = { id, state: "completed", value: packed, ms, worker };
    else {
      const error = unpackError(packed);
      this.attempt = { id, state: state === FAILED ? "failed" : "unreachable", error, ms, worker };
    }
  }

  output(_seq: number, stream: StreamName, text: string): void {
    this.#host.tell(outputFact(this.#id, stream, text));
  }

  log(_seq: number, level: LogLevel, message: string, data: unknown): void {
    this.#host.tell(logFact(this.#id, level, message, data));
  }

  progress(_seq: number, fraction: number, done?: number, total?: number, note?: string): void {
    this.#host.tell(progressFact(this.#id, fraction, done, total, note));
  }

  warning(_seq: number, name: string, message: string): void {
    this.#host.tell(warningFact(this.#id, name, message));
  }

  directory(_seq: number, path: string): void {
    this.#host.directory(this.#id, path);
  }

  waits(): void {
    this.#waits(this.#id);
  }

  resumes(): void {
    this.#host.resumes(this.#id);
  }

  ask(_seq: number, wire: unknown[]): void {
    this.#host.ask(this.#id, wire);
  }

  ready(): void {}
  unfit(_error: Error): void {}
  begun(): void {}
  refused(): void {}
  full(): void {}
  heardCancel(): void {}
  fatal(_seq: number, _error: Error): void {}
}
