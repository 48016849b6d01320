import { Packed, type PackedValue } from "../../codec/packed.ts";
import type { Reports } from "../protocol.ts";

/** Looks for what a bridge has to know of in a message of a worker. */
export class Seen implements Reports {
  hasEnded = false;
  waiting = false;
  state = -1;
  ms = 0;
  value: PackedValue = undefined;

  ended(_seq: number, state: number, ms: number, packed: PackedValue): void {
    this.hasEnded = true;
    this.state = state;
    this.ms = ms;
    this.value = packed;
  }

  waits(): void {
    this.waiting = true;
  }

  /** Bytes that a value has, as far as they count. */
  get size(): number {
    const { value } = this;
    if (typeof value === "string") return value.length;
    return value instanceof Packed ? value.data.length : 0;
  }

  ready(): void {}
  unfit(): void {}
  begun(): void {}
  refused(): void {}
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
