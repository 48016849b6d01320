import { Packed, type PackedValue } from "../../codec/packed.ts";
import type { Reports } from "../protocol.ts";

/** Looks for what a bridge has to know of in a message of a worker. */
export class Seen implements Reports {
  /** How many calls have ended, or will not begin. */
  ends = 0;
  waiting = false;
  /** Of the last end. */
  seq = 0;
  state = -1;
  ms = 0;
  value: PackedValue = undefined;

  ended(seq: number, state: number, ms: number, packed: PackedValue): void {
    this.ends += 1;
    this.seq = seq;
    this.state = state;
    this.ms = ms;
    this.value = packed;
  }

  waits(): void {
    this.waiting = true;
  }

  refused(from: number, to: number): void {
    this.ends += to - from + 1;
  }

  ready(): void {}
  unfit(): void {}
  begun(): void {}
  output(): void {}
  log(): void {}
  progress(): void {}
  warning(): void {}
  directory(): void {}
  resumes(): void {}
  ask(): void {}
  full(): void {}
  heardCancel(): void {}
  fatal(): void {}
}

/** Bytes that a value has, as far as they count. */
export function sizeOf(value: PackedValue): number {
  if (typeof value === "string") return value.length;
  return value instanceof Packed ? value.data.length : 0;
}
