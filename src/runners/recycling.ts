/** Options by which workers are replaced or sent home between calls, and limits of their memory. */
import type { ResourceLimits } from "node:worker_threads";
import { parseDuration } from "../config/duration.ts";
import { checkKeys } from "../config/nearest.ts";
import { shown } from "../config/shown.ts";
import { parseSize } from "../config/size.ts";
import { OptionError } from "../errors.ts";
import { keepsWorkers, type RecyclingLimits } from "../workers/recycling.ts";
import { checkCount } from "./options.ts";

export interface RecyclingOptions {
  /** A worker is replaced when it has executed so many calls; default: never. */
  readonly maxCallsPerWorker?: number;
  /**
   * A worker is replaced when it has more in use at the end of a call: bytes, or such as `"500MB"`. Of a process all
   * that is resident counts, of a thread its heap and what that holds outside.
   */
  readonly maxMemoryPerWorker?: number | string;
  /** A worker without a call for so long ends, and another starts when it is needed; default: never. */
  readonly idleTimeout?: number | string;
}

export const recyclingKeys = ["maxCallsPerWorker", "maxMemoryPerWorker", "idleTimeout"];

export function recyclingLimits(options: RecyclingOptions, where: string): RecyclingLimits {
  const { maxCallsPerWorker: calls, maxMemoryPerWorker: memory, idleTimeout: idle } = options;
  if (calls === undefined && memory === undefined && idle === undefined) return keepsWorkers;
  if (calls !== undefined) checkCount(calls, `${where}, maxCallsPerWorker`, "Give a whole number from 1 on.");
  return {
    calls: calls ?? Number.POSITIVE_INFINITY,
    memory:
      memory === undefined ? Number.POSITIVE_INFINITY : aboveZero(parseSize, memory, `${where}, maxMemoryPerWorker`),
    idle: idle === undefined ? Number.POSITIVE_INFINITY : aboveZero(parseDuration, idle, `${where}, idleTimeout`),
  };
}

function aboveZero(parse: (value: unknown, where: string) => number, value: unknown, where: string): number {
  const parsed = parse(value, where);
  if (parsed > 0) return parsed;
  throw new OptionError({ where, problem: `${shown(value)} is not possible`, hint: "Leave it out for no limit." });
}

const LIMITS = ["maxOldGenerationSizeMb", "maxYoungGenerationSizeMb", "codeRangeSizeMb", "stackSizeMb"];

export function checkResourceLimits(limits: ResourceLimits | undefined, where: string): void {
  const place = `${where}, resourceLimits`;
  if (limits === undefined) return;
  if (typeof limits !== "object" || limits === null) {
    throw new OptionError({ where: place, problem: `${shown(limits)} is not possible`, hint: HINT });
  }
  checkKeys(limits, LIMITS, place);
  for (const [key, value] of Object.entries(limits) as [string, unknown][]) {
    if (value === undefined || (typeof value === "number" && Number.isFinite(value) && value > 0)) continue;
    throw new OptionError({ where: `${place}.${key}`, problem: `${shown(value)} is not possible`, hint: HINT });
  }
}

const HINT = "Give megabytes, such as { maxOldGenerationSizeMb: 512 }.";

/** V8 divides the young generation into three semi-spaces. */
const SEMI_SPACES = 3;

/** The same limits as flags of Node, for processes. */
export function limitFlags(limits: ResourceLimits | undefined, where: string): string[] {
  checkResourceLimits(limits, where);
  const { maxOldGenerationSizeMb: old, maxYoungGenerationSizeMb: young, codeRangeSizeMb, stackSizeMb } = limits ?? {};
  if (codeRangeSizeMb !== undefined || stackSizeMb !== undefined) {
    throw new OptionError({
      where: `${where}, resourceLimits`,
      problem: `${codeRangeSizeMb === undefined ? "stackSizeMb" : "codeRangeSizeMb"} is for threads only`,
      hint: "Processes have maxOldGenerationSizeMb and maxYoungGenerationSizeMb. Their stack is what `ulimit -s` says.",
    });
  }
  return [
    ...(old === undefined ? [] : [`--max-old-space-size=${Math.ceil(old)}`]),
    ...(young === undefined ? [] : [`--max-semi-space-size=${Math.ceil(young / SEMI_SPACES)}`]),
  ];
}
