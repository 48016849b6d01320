/** How the calls of a worker's jobs are carried out: command line and config, as for `heddle run`. */
import path from "node:path";
import { isRedis } from "../../background/redis/place.ts";
import { loadConfig } from "../../config/load.ts";
import { parseSize } from "../../config/size.ts";
import { choosePlace, runnersByName } from "../../run/choose-place.ts";
import type { RunSettings } from "../../run/settings.ts";
import { type CacheFlags, chooseCache } from "../run/cache.ts";
import { readLimits } from "../run/limits.ts";
import { importConfig } from "../run/load.ts";
import { readWorkers } from "../run/workers.ts";

export interface PlaceFlags extends Pick<CacheFlags, "cache" | "store"> {
  readonly workers?: string;
  readonly runner?: string;
  readonly limit?: readonly string[];
  readonly json?: boolean;
}

/** @param place where the jobs come from. */
export async function runSettings(flags: PlaceFlags, root: string, place: string): Promise<RunSettings> {
  const workers = flags.workers === undefined ? undefined : readWorkers(flags.workers);
  const limits = readLimits(flags.limit ?? []);
  const { config, file } = await loadConfig(root, importConfig);
  const configFile = file === null ? "heddle.config" : path.relative(process.cwd(), file);
  const { maxLiveBytes, prefix, defaults, limits: defaultLimits, onError, strict } = config;
  // `-o` says where the queue is, and so the cache, but does not turn that on.
  const cache = chooseCache({ flags: { cache: flags.cache === true }, own: {}, config, root });
  const chosen = choosePlace({ runner: flags.runner, workers, own: undefined, config, configFile });
  // What computes must not keep the main thread from saying that it is alive.
  const unchosen = Object.keys(chosen).length === 0 && isRedis(place) ? { fallback: "threads" } : {};
  return {
    root,
    quiet: flags.json === true,
    runners: runnersByName(config, configFile),
    ...chosen,
    ...unchosen,
    limits,
    ...(prefix !== undefined && { fallbackPrefix: prefix }),
    ...(defaults !== undefined && { defaults }),
    ...(defaultLimits !== undefined && { defaultLimits }),
    ...(onError !== undefined && { onError }),
    ...(strict !== undefined && { strict }),
    ...(maxLiveBytes !== undefined && { maxLiveBytes: parseSize(maxLiveBytes, "maxLiveBytes") }),
    cache: {
      ...cache,
      ...(flags.store !== undefined && !isRedis(flags.store) && { folder: path.resolve(flags.store) }),
    },
  };
}
