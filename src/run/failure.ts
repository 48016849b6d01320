/**
 * A failure, and whether anybody has looked at it. What fails because of others has those as its causes: who looks at
 * the effect has seen the cause.
 */
export class Failure {
  /** The call, as displayed. */
  readonly call: string;
  readonly error: Error;
  private readonly causes: Failure[] = [];
  observed = false;

  constructor(call: string, error: Error) {
    this.call = call;
    this.error = error;
  }

  /** The first failure behind this one. */
  get root(): Failure {
    let root: Failure = this;
    while (root.causes[0] !== undefined) root = root.causes[0];
    return root;
  }

  because(cause: Failure): void {
    if (cause === this) return;
    this.causes.push(cause);
    if (this.observed) cause.observe();
  }

  observe(): void {
    const seen: Failure[] = [this];
    for (let failure = seen.pop(); failure !== undefined; failure = seen.pop()) {
      if (failure.observed) continue;
      failure.observed = true;
      seen.push(...failure.causes);
    }
  }
}
