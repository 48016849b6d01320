import type { PackedValue } from "../../codec/packed.ts";
import type { Host } from "../../task/runner.ts";
import { CallReports } from "../callreports.ts";
import { LastWords } from "../last-words.ts";
import { BoundedOutput } from "../output.ts";
import type { StreamName } from "../protocol.ts";

export interface CallMoments {
  /** The worker has begun the call; told once or more often. */
  begun(): void;
  /** The worker has heard that the call is to stop. */
  heardCancel(): void;
  /** The worker cannot be warmed, and waits for its end. */
  unfit(): void;
  /** The call waits for what it called, and leaves its place to others. */
  waits(id: number): void;
  /** It needs what is not where it runs. */
  needs?(what: string, of: string): void;
  /** It gives a piece of a file that lies where it runs. */
  gives?(of: string, bytes: Uint8Array): void;
}

/** The reports of a call that runs in a command of its own, as they come. */
export class CommandReports extends CallReports {
  /** Something was heard of its worker. */
  heard = false;
  /** What its worker is about to die of. */
  death: Error | null = null;
  readonly lastWords = new LastWords();
  readonly #moments: CallMoments;
  readonly #raw: BoundedOutput;

  constructor(host: Host, id: number, worker: number, moments: CallMoments) {
    super(host, id, worker, call => moments.waits(call));
    this.#moments = moments;
    this.#raw = new BoundedOutput((stream, text) => super.output(0, stream, text));
  }

  /** What was written past the worker's capture. */
  raw(stream: StreamName, bytes: Uint8Array): void {
    this.lastWords.add(Buffer.from(bytes).toString("utf8"));
    this.#raw.write(stream, bytes);
  }

  rawEnded(): void {
    this.#raw.end();
  }

  override begun(): void {
    this.#moments.begun();
  }

  override ended(seq: number, state: number, ms: number, packed: PackedValue): void {
    this.#moments.begun();
    super.ended(seq, state, ms, packed);
  }

  override unfit(error: Error): void {
    this.death = error;
    this.#moments.unfit();
  }

  override heardCancel(): void {
    this.#moments.heardCancel();
  }

  needs(what: string, of: string): void {
    this.#moments.needs?.(what, of);
  }

  gives(of: string, bytes: Uint8Array): void {
    this.#moments.gives?.(of, bytes);
  }

  override fatal(_seq: number, error: Error): void {
    this.death = error;
  }
}
