/** Where targets are built, and within which limits: command line and config. */
import type { HeddleConfig } from "../../config/config.ts";
import { choosePlace, runnersByName } from "../../run/choose-place.ts";
import type { RunSettings } from "../../run/settings.ts";
import { type DebugFlags, prepareDebugging } from "../run/debugging.ts";
import { readLimits } from "../run/limits.ts";
import { readPrefixes } from "../run/prefix.ts";
import { readWorkers } from "../run/workers.ts";

export interface PlaceFlags extends DebugFlags {
  readonly workers?: string;
  readonly runner?: string;
  readonly limit?: readonly string[];
  readonly prefix?: readonly string[];
}

/** @param configFile As messages name it. */
export function settingsOf(flags: PlaceFlags, config: HeddleConfig, configFile: string): RunSettings {
  const inProcess = prepareDebugging(flags);
  const workers = flags.workers === undefined ? undefined : readWorkers(flags.workers);
  const place = inProcess ? {} : choosePlace({ runner: flags.runner, workers, own: undefined, config, configFile });
  return {
    quiet: true,
    inProcess,
    runners: runnersByName(config, configFile),
    ...place,
    limits: readLimits(flags.limit ?? []),
    ...(flags.prefix !== undefined && { prefix: readPrefixes(flags.prefix) }),
    ...(config.prefix !== undefined && { fallbackPrefix: config.prefix }),
    ...(config.defaults !== undefined && { defaults: config.defaults }),
    ...(config.limits !== undefined && { defaultLimits: config.limits }),
    ...(config.strict !== undefined && { strict: config.strict }),
  };
}
