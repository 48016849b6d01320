/** A value that is passed on without being searched for futures. */
export class Quote<T = unknown> {
  readonly value: T;

  constructor(value: T) {
    this.value = value;
  }
}
