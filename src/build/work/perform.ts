/** What a worker does of a target: the paths, the user's function, and a look at what it has made. */
import type { AnyBody } from "../declare/registry.ts";

/** One target to be built, as it is sent to a worker. */
export interface Job {
  readonly target: string;
  /** What tells it from others of its family. */
  readonly member: string;
}

export async function perform(job: Job, body: AnyBody): Promise<unknown> {
  return body(job as never, {} as never, {} as never);
}
