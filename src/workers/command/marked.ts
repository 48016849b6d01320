/**
 * Frames on a stream that others may write to as well: each is preceded by a mark that nobody else knows, and followed
 * by the end of a line, as some commands (srun) pass on whole lines only. What stands between frames is text, of the
 * command or of what runs beside the worker.
 */
import { FrameReader, sealedFrame } from "../../codec/frames.ts";

/** The bytes of a frame before its header, of which the second four say how many follow. */
const PREFIX = 12;
const NEWLINE = 10;

export function markedFrame(mark: string, wire: readonly unknown[]): Uint8Array[] {
  return [Buffer.from(mark, "latin1"), ...sealedFrame(wire), Buffer.from("\n")];
}

export interface MarkedListener {
  message(wire: unknown[]): void;
  text(bytes: Uint8Array): void;
}

/** Takes such a stream apart. */
export class MarkedReader {
  readonly #mark: Buffer;
  readonly #listener: MarkedListener;
  readonly #frames = new FrameReader({ from: "a worker" });
  readonly #prefix = Buffer.alloc(PREFIX);
  /** The beginning of what may become a mark. */
  #held: Uint8Array = new Uint8Array();
  /** The next byte ends the line of a frame. */
  #lineEnds = false;
  /** The bytes of the present frame that have come; -1 outside of frames. */
  #seen = -1;

  constructor(mark: string, listener: MarkedListener) {
    this.#mark = Buffer.from(mark, "latin1");
    this.#listener = listener;
  }

  /** @throws ProtocolError for a frame that is damaged, after which there is no going on. */
  push(chunk: Uint8Array): void {
    let rest: Buffer = Buffer.concat([this.#held, chunk]);
    this.#held = new Uint8Array();
    while (rest.length > 0) rest = this.#seen < 0 ? this.#outside(rest) : this.#inside(rest);
  }

  /** Nothing comes any more. */
  end(): void {
    if (this.#held.length > 0) this.#listener.text(this.#held);
    this.#held = new Uint8Array();
  }

  #outside(bytes: Buffer): Buffer {
    if (this.#lineEnds) {
      this.#lineEnds = false;
      if (bytes[0] === NEWLINE) return bytes.subarray(1);
    }
    const at = bytes.indexOf(this.#mark);
    if (at < 0) {
      const kept = this.#beginOfMark(bytes);
      this.#tell(bytes.subarray(0, bytes.length - kept));
      this.#held = bytes.subarray(bytes.length - kept);
      return bytes.subarray(bytes.length);
    }
    this.#tell(bytes.subarray(0, at));
    this.#seen = 0;
    return bytes.subarray(at + this.#mark.length);
  }

  #inside(bytes: Buffer): Buffer {
    const wanted = this.#seen < PREFIX ? PREFIX : PREFIX + this.#prefix.readUInt32LE(4);
    const part = bytes.subarray(0, wanted - this.#seen);
    if (this.#seen < PREFIX) part.copy(this.#prefix, this.#seen);
    this.#seen += part.length;
    this.#frames.push(part, wire => {
      this.#seen = -1;
      this.#lineEnds = true;
      this.#listener.message(wire);
    });
    return bytes.subarray(part.length);
  }

  /** How many bytes at the end may be the beginning of a mark. */
  #beginOfMark(bytes: Buffer): number {
    for (let length = Math.min(bytes.length, this.#mark.length - 1); length > 0; length -= 1) {
      if (bytes.subarray(bytes.length - length).equals(this.#mark.subarray(0, length))) return length;
    }
    return 0;
  }

  #tell(bytes: Buffer): void {
    if (bytes.length > 0) this.#listener.text(bytes);
  }
}
