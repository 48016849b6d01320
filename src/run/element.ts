import type { Call } from "./call.ts";
import type { Failure } from "./failure.ts";
import type { CallInputs } from "./inputs.ts";
import type { MapJob } from "./mapping.ts";
import type { Spec } from "./spec.ts";

/** One call of a map, while it is under way. */
export class Element implements Call {
  readonly job: MapJob;
  readonly index: number;
  readonly number: number;
  node = -1;
  attempt = 0;
  inputs: CallInputs | null = null;
  failure: Failure | null = null;

  constructor(job: MapJob, index: number, number: number) {
    this.job = job;
    this.index = index;
    this.number = number;
  }

  get spec(): Spec {
    return this.job.spec;
  }

  complete(raw: unknown): void {
    this.job.elementCompleted(this, raw);
  }

  fail(state: number, error: Error, failure: Failure): void {
    this.failure = failure;
    this.job.elementFailed(this, { state, error, failure });
  }
}
