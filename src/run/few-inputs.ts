import { FutureBase } from "./future.ts";
import type { CallInputs } from "./inputs.ts";

const none: readonly FutureBase[] = [];

/**
 * Inputs of a call in this memory, held without an array where they are one or two, as mostly: a graph of a million
 * calls holds those of all. Null for more.
 */
export function fewInputs(given: readonly unknown[]): CallInputs | null {
  if (given.length === 1) return new OneInput(given[0]);
  return given.length === 2 ? new TwoInputs(given[0], given[1]) : null;
}

abstract class FewInputs implements CallInputs {
  abstract readonly futures: readonly FutureBase[];
  abstract values(): unknown[];

  get plain(): null {
    return null;
  }

  release(): void {}

  pack(): void {
    throw new Error("these inputs were captured for a runner that shares this memory");
  }
}

class OneInput extends FewInputs {
  private readonly input: unknown;

  constructor(input: unknown) {
    super();
    this.input = input;
  }

  get futures(): readonly FutureBase[] {
    return this.input instanceof FutureBase ? [this.input] : none;
  }

  values(): unknown[] {
    return [completed(this.input)];
  }
}

/** A call takes these apart, and makes another when it is asked for its inputs: so it holds no object for them. */
export class TwoInputs extends FewInputs {
  readonly first: unknown;
  readonly second: unknown;

  constructor(first: unknown, second: unknown) {
    super();
    this.first = first;
    this.second = second;
  }

  get futures(): readonly FutureBase[] {
    const { first, second } = this;
    if (first instanceof FutureBase) return second instanceof FutureBase ? [first, second] : [first];
    return second instanceof FutureBase ? [second] : none;
  }

  values(): unknown[] {
    return [completed(this.first), completed(this.second)];
  }
}

/** Asked for when all futures have completed; each time the same, however often the call is tried. */
function completed(input: unknown): unknown {
  return input instanceof FutureBase ? input.value : input;
}
