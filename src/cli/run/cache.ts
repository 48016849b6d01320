/** What becomes of results in a run: command line, flow and config, in this order. */
import path from "node:path";
import { cacheSettings } from "../../config/cache.ts";
import type { HeddleConfig } from "../../config/config.ts";
import type { CacheSettings } from "../../run/settings.ts";
import type { AnyOptions } from "../../task/definition.ts";

export interface CacheFlags {
  readonly cache?: boolean;
  /** Relative to the working folder. */
  readonly store?: string;
  /** True without names. */
  readonly force?: true | readonly string[];
}

export interface CacheWishes {
  readonly flags: Pick<CacheFlags, "cache" | "store">;
  /** What the flow itself says. */
  readonly own: Pick<AnyOptions, "cache" | "store">;
  readonly config: HeddleConfig;
  /** The project's root. */
  readonly root: string;
}

/** Where results are kept, which, and how long. A flow that says something itself is heard in the run, not here. */
export function chooseCache({ flags, own, config, root }: CacheWishes): CacheSettings {
  const { enabled, folder: configured, ttl, maxSize, shared } = cacheSettings(config);
  const asked = flags.cache === true || flags.store !== undefined;
  const on = asked || (enabled && own.cache === undefined && own.store === undefined);
  const folder = chooseFolder(flags.store, own.store, configured, root);
  return {
    ...(on && { on }),
    ...(folder !== undefined && { folder }),
    ...(ttl !== undefined && { ttl }),
    ...(maxSize !== undefined && { maxSize }),
    ...(shared !== undefined && { shared }),
  };
}

function chooseFolder(
  given: string | undefined,
  own: string | undefined,
  configured: string | undefined,
  root: string,
): string | undefined {
  if (given !== undefined) return path.resolve(given);
  return own === undefined && configured !== undefined ? path.resolve(root, configured) : undefined;
}
