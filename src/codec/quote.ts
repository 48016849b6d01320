import { oneClass } from "./one-class.ts";

class Quoted<T = unknown> {
  readonly value: T;

  constructor(value: T) {
    this.value = value;
  }
}

/** A value that is passed on without being searched for futures. */
export const Quote = oneClass("Quote", Quoted);
