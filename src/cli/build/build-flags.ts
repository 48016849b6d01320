import type { BuildConfig } from "../../config/config.ts";
import { UsageError } from "../../errors.ts";
import type { PlaceFlags } from "./settings.ts";
import type { ChoiceFlags } from "./wishes.ts";

export interface BuildFlags extends PlaceFlags, ChoiceFlags {
  /** True without names; false to take back what the config says, as of others below. */
  readonly force?: boolean | readonly string[];
  readonly dryRun?: boolean;
  readonly explain?: boolean;
  readonly maxFailures?: string;
  readonly stop?: boolean;
  readonly watch?: boolean;
  readonly json?: boolean;
  readonly reporter?: "live" | "plain" | "quiet";
  readonly showCapture?: "no" | "stdout" | "stderr" | "all";
  /** False with `--no-log`. */
  readonly log: boolean;
  readonly verbose?: boolean;
}

/** After how many failures nothing new begins; Infinity for never. */
export function failuresOf({ maxFailures, stop }: BuildFlags, config: BuildConfig = {}): number {
  if (stop === true) return 1;
  if (maxFailures === undefined)
    return config.stop === true && stop !== false ? 1 : (config.maxFailures ?? Number.POSITIVE_INFINITY);
  const count = /^\d+$/.test(maxFailures) ? Number(maxFailures) : 0;
  if (Number.isSafeInteger(count) && count >= 1) return count;
  throw new UsageError({
    problem: `--max-failures ${maxFailures} is not a number of failures`,
    hint: "Give a whole number of at least 1, or leave it out to build all that can be built.",
  });
}

/** The flags as they are with those that only the config gives. */
export function withConfig(flags: BuildFlags, { dryRun, explain, watch, json }: BuildConfig = {}): BuildFlags {
  return {
    ...(dryRun !== undefined && { dryRun }),
    ...(explain !== undefined && { explain }),
    ...(watch !== undefined && { watch }),
    // A reporter that is asked for is not for JSON.
    ...(json !== undefined && flags.reporter === undefined && { json }),
    ...flags,
  };
}

export function forceOf({ force }: BuildFlags, config: BuildConfig = {}): boolean | readonly string[] {
  return force ?? config.force ?? false;
}
