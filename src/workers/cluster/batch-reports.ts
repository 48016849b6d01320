import type { PackedValue } from "../../codec/packed.ts";
import type { LogLevel } from "../../task/context.ts";
import type { Reports, StreamName } from "../protocol.ts";
import type { Underway } from "./batch.ts";

/** What a worker reports of the calls that it has, each brought to its own. */
export class BatchReports implements Reports {
  readonly #find: (seq: number) => Underway | undefined;
  readonly #of: (underway: Underway) => Reports;
  readonly #fatal: (seq: number, error: Error) => void;
  readonly #refused: (underway: Underway) => void;

  /** `find` gives for 0 the call that is at work. */
  constructor(
    find: (seq: number) => Underway | undefined,
    of: (underway: Underway) => Reports,
    fatal: (seq: number, error: Error) => void,
    refused: (underway: Underway) => void,
  ) {
    this.#find = find;
    this.#of = of;
    this.#fatal = fatal;
    this.#refused = refused;
  }

  ended(seq: number, state: number, ms: number, packed: PackedValue): void {
    this.#with(seq, reports => reports.ended(seq, state, ms, packed));
  }

  begun(seq: number): void {
    this.#with(seq, reports => reports.begun(seq));
  }

  refused(from: number, to: number): void {
    for (let seq = from; seq <= to; seq += 1) {
      const underway = this.#find(seq);
      if (underway !== undefined) this.#refused(underway);
    }
  }

  output(seq: number, stream: StreamName, text: string): void {
    this.#with(seq, reports => reports.output(seq, stream, text));
  }

  log(seq: number, level: LogLevel, message: string, data: unknown): void {
    this.#with(seq, reports => reports.log(seq, level, message, data));
  }

  progress(seq: number, fraction: number, done?: number, total?: number, note?: string): void {
    this.#with(seq, reports => reports.progress(seq, fraction, done, total, note));
  }

  warning(seq: number, name: string, message: string): void {
    this.#with(seq, reports => reports.warning(seq, name, message));
  }

  directory(seq: number, path: string): void {
    this.#with(seq, reports => reports.directory(seq, path));
  }

  waits(seq: number): void {
    this.#with(seq, reports => reports.waits(seq));
  }

  resumes(seq: number): void {
    this.#with(seq, reports => reports.resumes(seq));
  }

  ask(seq: number, wire: unknown[]): void {
    this.#with(seq, reports => reports.ask(seq, wire));
  }

  needs(what: string, of: string): void {
    this.#with(0, reports => reports.needs?.(what, of));
  }

  gives(of: string, bytes: Uint8Array): void {
    this.#with(0, reports => reports.gives?.(of, bytes));
  }

  unfit(error: Error): void {
    this.#fatal(0, error);
  }

  fatal(seq: number, error: Error): void {
    this.#fatal(seq, error);
  }

  ready(): void {}
  full(): void {}
  heardCancel(): void {}

  #with(seq: number, tell: (reports: Reports) => void): void {
    const underway = this.#find(seq);
    if (underway !== undefined) tell(this.#of(underway));
  }
}
