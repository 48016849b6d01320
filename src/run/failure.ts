import { UpstreamError } from "../errors.ts";

/**
 * A failure, and whether anybody has looked at it. What fails because of others has those as its causes: who looks at
 * the effect has seen the cause.
 */
export class Failure {
  /** The call, as displayed. */
  readonly call: string;
  readonly error: Error;
  private readonly causes: Failure[] = [];
  private origin: Failure = this;
  observed = false;

  constructor(call: string, error: Error) {
    this.call = call;
    this.error = error;
  }

  /** The first failure behind this one. */
  get root(): Failure {
    return this.origin;
  }

  because(cause: Failure): void {
    if (cause === this) return;
    if (this.causes.length === 0) this.origin = cause.origin;
    this.causes.push(cause);
    if (this.observed) cause.observe();
  }

  observe(): void {
    const seen: Failure[] = [this];
    for (let failure = seen.pop(); failure !== undefined; failure = seen.pop()) {
      if (failure.observed) continue;
      failure.observed = true;
      for (const cause of failure.causes) seen.push(cause);
    }
  }
}

/** The error of a call that could not run because of this failure. */
export function upstreamError(id: string, { root }: Failure): Error {
  const message = root.error.message.split("\n", 1)[0] ?? "";
  const remedy = `Mend ${root.call}, or take its failure as a value with allowFailure(…).`;
  return new UpstreamError({ task: id, root: root.call, message, remedy }, root.error);
}
