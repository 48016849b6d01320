import type { Duration } from "./types.ts";

/** How results of a task are kept and found again. */
export interface CacheOptions<A extends readonly unknown[] = never, R = unknown> {
  /** Results older than this are computed anew. */
  readonly ttl?: Duration;
  /** Change it to make older results count no more. */
  readonly version?: string | number;
  /** Parameters that do not count, by name. */
  readonly ignore?: readonly string[];
  /** Values that count besides the inputs, such as settings that the function reads. */
  readonly include?: readonly unknown[];
  /** How much code counts: what the function can reach (default), its whole module, or none. */
  readonly code?: "closure" | "module" | "none";
  /** What counts instead of the inputs. */
  readonly key?: (...inputs: A) => unknown;
  /** Keep only results for which this is true. */
  readonly when?: (value: R) => boolean;
  /** Whether a result that names files is valid only while they are as they were (default), or always. */
  readonly files?: "check" | "trust";
  /** Of a flow: its result is valid although those of the calls it made are not; default false. */
  readonly shallow?: boolean;
}
