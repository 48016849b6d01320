import { randomInt } from "node:crypto";

/** An id that begins with the time, so that ids are in the order of their jobs. */
export function newJobId(now: number): string {
  return (
    now.toString(36) +
    randomInt(36 ** 6)
      .toString(36)
      .padStart(6, "0")
  );
}
