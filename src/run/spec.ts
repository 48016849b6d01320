import type { CachePolicy } from "../cache/policy.ts";
import type { Room } from "../codec/room.ts";
import type { Subject } from "../codec/uncloneable.ts";
import { parseDuration } from "../config/duration.ts";
import type { AnyOptions, Definition } from "../task/definition.ts";
import type { FlowScope } from "./scope.ts";

/** What all calls of one task with the same options in one flow have in common, worked out once. */
export interface Spec {
  readonly definition: Definition;
  readonly options: AnyOptions;
  readonly scope: FlowScope;
  /** The number of the task in events. */
  readonly task: number;
  readonly pool: number;
  /** How its results are kept; null if they are not. */
  readonly cache: CachePolicy | null;
  /** True when the pool shares this memory: inputs are handed over as they are. */
  readonly shared: boolean;
  /** Where large arrays of their inputs go, if the pool's workers can read them there. */
  readonly room: Room | null;
  /** What their inputs are, for messages and for those who encode them. */
  readonly subject: Subject;
  readonly priority: number;
  /** The number of what it needs of labels that are limited; 0 for nothing. */
  readonly demand: number;
  readonly retries: number;
  /** Milliseconds, 0 for none. */
  readonly timeout: number;
  readonly strict: boolean;
  /** Whether the calls have hooks or names, which most have not. */
  readonly watched: boolean;
  /** Whether the calls have to be admitted before they go to a runner. */
  readonly admitted: boolean;
}

export function timeoutOf(name: string, options: AnyOptions): number {
  return options.timeout === undefined ? 0 : parseDuration(options.timeout, `task "${name}", timeout`);
}

export function isWatched(options: AnyOptions): boolean {
  const { onStart, onSuccess, onFailure, onRetry, onCancel } = options;
  return [onStart, onSuccess, onFailure, onRetry, onCancel].some(hook => hook !== undefined);
}

/** Whether what the calls give is kept for a run that continues this one. Flows run again; caches keep their own. */
export function isJournalled({ cache, definition }: Spec): boolean {
  return cache === null && definition.kind === "task";
}
