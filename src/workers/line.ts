/** The coordinator's end of the line to a call that a user's runner executes: it is asked, and answers when it can. */
import { sealedFrame } from "../codec/frames.ts";
import { readFrame } from "../codec/whole-frame.ts";
import { CANCEL, RESUME, type Reports, readReports, TELL } from "./protocol.ts";
import type { FileDesk } from "./travel/desk.ts";

export class Line {
  readonly #reports: Reports;
  readonly #from: string;
  readonly #desk: FileDesk | null;
  #said: unknown[] = [];
  #polled: ((answer: Uint8Array) => void) | null = null;
  #closed = false;
  #givenUp: string | null = null;

  /** `desk`: where files are asked for, if the call may run on another disk. */
  constructor(reports: Reports, from: string, desk: FileDesk | null = null) {
    this.#reports = reports;
    this.#from = from;
    this.#desk = desk;
  }

  /** Hears what the call has to say, and answers; who says nothing waits for the next thing to hear. */
  readonly answer = (bytes: Uint8Array): Promise<Uint8Array> => {
    if (this.#givenUp !== null) return Promise.resolve(this.#take());
    const wire = readFrame(bytes, this.#from);
    const given = this.#desk?.answer(wire) ?? null;
    if (given !== null) return given.then(answer => (this.#givenUp === null ? framed(answer) : this.#take()));
    if (wire.length > 0) readReports(wire, this.#reports);
    if (wire.length > 0 || this.#said.length > 0 || this.#closed) return Promise.resolve(this.#take());
    return new Promise(resolve => {
      this.#polled = resolve;
    });
  };

  resume(): void {
    this.#say([RESUME, 1]);
  }

  tell(wire: readonly unknown[]): void {
    this.#say([TELL, 1, wire.length, ...wire]);
  }

  /** Whoever asks is told so, and that nothing else will be answered. */
  giveUp(reason: string): void {
    this.#givenUp = reason;
    this.close();
  }

  close(): void {
    this.#closed = true;
    this.#desk?.close();
    this.#say([]);
  }

  #say(wire: readonly unknown[]): void {
    this.#said.push(...wire);
    this.#polled?.(this.#take());
    this.#polled = null;
  }

  #take(): Uint8Array {
    const said = this.#givenUp === null ? this.#said : [CANCEL, 1, this.#givenUp];
    this.#said = [];
    return framed(said);
  }
}

function framed(wire: readonly unknown[]): Uint8Array {
  return new Uint8Array(Buffer.concat(sealedFrame(wire)));
}
