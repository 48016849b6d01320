/** What a worker in a cluster hears and says, besides what every worker does. */
import { hasFiles } from "../../codec/file-table.ts";
import { encodeFrame } from "../../codec/frames.ts";
import { Packed } from "../../codec/packed.ts";
import { readFrame } from "../../codec/whole-frame.ts";
import { toWire } from "../../codec/wire.ts";
import { COMPLETED, ENDED as END_OF_CALL, readReports } from "../protocol.ts";
import { apart } from "./references.ts";
import { Seen, sizeOf } from "./seen.ts";

/** What a message to the bridge is, as the bridges in python/ have it. */
const REPORTS = 0;
const ENDED = 1;
const VALUE = 2;
const WAITS = 3;
const TAKEN = 4;

const NOTHING = new Uint8Array(0);
/** Less than so many bytes are written at once with what they are. */
const TOGETHER = 65_536;

/** Says what a worker reports, the last end told apart, and of a call by itself its value. */
export class Outgoing {
  readonly #write: (bytes: Uint8Array) => void;
  readonly #small: number;
  /** The message that has the end of the last call. */
  #last: Uint8Array | null = null;
  /** How many calls have come together, and how many of them have not ended. */
  #calls = 1;
  #left = 1;
  #isOver = true;

  /** `small`: how many bytes a value may have that goes with the reports. */
  constructor(write: (bytes: Uint8Array) => void, small: number) {
    this.#write = write;
    this.#small = small;
  }

  /** True if a call begins to wait. */
  reports(wire: unknown[]): boolean {
    this.#sayLast(REPORTS);
    const seen = new Seen();
    readReports(wire, seen);
    const said = this.#calls === 1 && sizeOf(seen.value) > this.#small ? this.#apart(wire, seen) : wire;
    if (seen.waiting) this.#say(WAITS, NOTHING);
    this.#left -= seen.ends;
    if (seen.ends > 0 && this.#left <= 0) this.#last = bytesOf(said);
    else this.#say(REPORTS, bytesOf(said));
    return seen.waiting;
  }

  /** It has so many calls: what becomes of this process is theirs from now on. */
  taken(calls: number): void {
    this.#calls = calls;
    this.#left = calls;
    this.#isOver = false;
    this.#say(TAKEN, NOTHING);
  }

  /** Nothing is under way any more; told once or more often. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#last === null) this.#say(ENDED, bytesOf([]));
    else this.#sayLast(ENDED);
  }

  /** Says the value by itself, if the message ends with it; what is left then refers to it. */
  #apart(wire: readonly unknown[], { seq, value, state, ms }: Seen): readonly unknown[] {
    if (state !== COMPLETED || (value instanceof Packed && hasFiles(value))) return wire;
    if (wire.at(-1) !== (value instanceof Packed ? value.data : value)) return wire;
    const bytes: unknown[] = [];
    toWire(value, bytes);
    this.#say(VALUE, bytesOf(bytes));
    const said: unknown[] = [...wire.slice(0, -(value instanceof Packed ? 6 : 5)), END_OF_CALL, seq, COMPLETED, ms];
    toWire(apart, said);
    return said;
  }

  #sayLast(kind: number): void {
    const last = this.#last;
    this.#last = null;
    if (last !== null) this.#say(kind, last);
  }

  #say(kind: number, bytes: Uint8Array): void {
    const head = Buffer.alloc(5);
    head.writeUInt32LE(bytes.byteLength, 0);
    head.writeUInt8(kind, 4);
    if (bytes.byteLength < TOGETHER) this.#write(Buffer.concat([head, bytes]));
    else {
      this.#write(head);
      this.#write(bytes);
    }
  }
}

function bytesOf(wire: readonly unknown[]): Uint8Array {
  return Buffer.concat(encodeFrame(wire));
}

/**
 * A message with the values that have come beside it, where it refers to them. It ends with the places of those, in
 * their order, and how many there are.
 */
export function fillIn(wire: unknown[], values: readonly Uint8Array[]): unknown[] {
  const count = wire.pop() as number;
  const places = wire.splice(wire.length - count, count) as number[];
  for (const [i, place] of places.entries()) {
    [wire[place], wire[place + 1]] = readFrame(values[i]!, "a worker");
  }
  return wire;
}
