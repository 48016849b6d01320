import { COMPLETED, PENDING } from "../graph/states.ts";
import type { Failure } from "./failure.ts";

/** How a call, or a map as a whole, went wrong. */
export interface Ended {
  readonly state: number;
  readonly error: Error;
  readonly failure: Failure;
}

/** What the calls of a map gave, by index. Kept as long as somebody holds the map's list. */
export class Results {
  readonly values: unknown[] = [];
  /** In the order in which they failed. */
  readonly failures: Ended[] = [];
  private readonly states: number[] = [];
  private readonly numbers: number[] = [];
  private readonly byIndex = new Map<number, Ended>();

  completed(index: number, number: number, raw: unknown): void {
    this.values[index] = raw;
    this.states[index] = COMPLETED;
    this.numbers[index] = number;
  }

  failed(index: number, number: number, ended: Ended): void {
    this.states[index] = ended.state;
    this.numbers[index] = number;
    this.failures.push(ended);
    this.byIndex.set(index, ended);
  }

  stateOf(index: number): number {
    return this.states[index] ?? PENDING;
  }

  /** The number of a call that has ended. */
  numberOf(index: number): number | null {
    return this.numbers[index] ?? null;
  }

  failureOf(index: number): Ended | undefined {
    return this.byIndex.get(index);
  }
}
