/** Reads `-n`. */

import type { WorkerCount } from "../../config/config.ts";
import { UsageError } from "../../errors.ts";

export function readWorkers(text: string): WorkerCount {
  if (text === "auto") return "auto";
  const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(count) && count >= 1) return count;
  throw new UsageError({
    problem: `-n ${text} is not a number of workers`,
    hint: 'Give a whole number of at least 1, or "auto" for one worker for each available CPU.',
  });
}
