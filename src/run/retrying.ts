import { errorFacts } from "../events/facts.ts";
import { now } from "./clock.ts";
import type { Flight } from "./flight.ts";
import type { Run } from "./run.ts";

/** Tells that an attempt failed, and that another will be made. */
export function tellRetrying(
  run: Run,
  { call, attempt }: Flight,
  state: number,
  error: Error,
  delay: number,
  { worker, ms }: { readonly worker: number | null; readonly ms: number },
): void {
  run.columns.emit({
    type: "retrying",
    at: now(),
    call: call.number,
    attempt,
    delay,
    state: run.attempts.stateName(state),
    error: errorFacts(error),
    worker,
    ms,
  });
  if (call.spec.watched) run.hook(call, "onRetry", "retrying", [error]);
}
