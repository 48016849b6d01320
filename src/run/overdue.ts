import { TimeoutError } from "../errors.ts";
import type { Attempt } from "../task/runner.ts";
import { idOf } from "./call.ts";
import type { Flight } from "./flight.ts";

/** It kept this thread busy beyond its limit, so that no timer could end it in time. */
export function isOverdue(flight: Flight, { ms }: Attempt): boolean {
  return flight.timeout > 0 && ms > flight.timeout;
}

export function overdue({ call, timeout }: Flight): Error {
  const { kind } = call.spec.definition;
  return new TimeoutError({
    what: `${idOf(call)} ran longer than its time-out of ${timeout} ms`,
    hint:
      kind === "flow"
        ? "Give the flow a longer `timeout`."
        : "Give the task a longer `timeout`, or let it stop early by its signal: context().signal.",
  });
}
