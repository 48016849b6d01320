/** What a config says of the cache, ready for use. */
import type { HeddleConfig, SharedCacheConfig } from "./config.ts";
import { parseDuration } from "./duration.ts";
import { parseSize } from "./size.ts";

export interface CacheSettings {
  /** Tasks that do not say are cached. */
  readonly enabled: boolean;
  /** Bytes. */
  readonly maxSize?: number;
  /** Milliseconds. */
  readonly ttl?: number;
  /** Relative to the project's root, or absolute. */
  readonly folder?: string;
  readonly shared?: SharedCacheConfig;
}

/** The settings of a config that was checked. */
export function cacheSettings({ cache = false }: HeddleConfig): CacheSettings {
  if (typeof cache === "boolean") return { enabled: cache };
  const { enabled = false, maxSize, ttl, folder, shared } = cache;
  return {
    enabled,
    ...(maxSize !== undefined && { maxSize: parseSize(maxSize, "heddle.config, cache.maxSize") }),
    ...(ttl !== undefined && { ttl: parseDuration(ttl, "heddle.config, cache.ttl") }),
    ...(folder !== undefined && { folder }),
    ...(shared !== undefined && { shared }),
  };
}
