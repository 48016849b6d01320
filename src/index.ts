/** The front door: what a pipeline needs. */
export { type AttachOptions, attach } from "./background/attach.ts";
export { type RedisOptions, redis } from "./background/redis/place.ts";
export { type FilePath, file } from "./codec/file.ts";
export { move, shared } from "./codec/memory.ts";
export { registerSerializer } from "./codec/serializers.ts";
export { defineConfig } from "./config/config.ts";
export type { LimitConfig, LimitsConfig } from "./config/limits.ts";
export type { Prefix, Prefixes, PrefixOptions } from "./config/prefix.ts";
export * from "./errors.ts";
export type { EventReader, HeddleEvent } from "./events/event.ts";
export { asCompleted, type Completed } from "./run/as-completed.ts";
export { all, allowFailure, quote } from "./run/gather.ts";
export type { RunSettings, StartedRun } from "./run/settings.ts";
export { startRun } from "./run/start.ts";
export { type Waited, type WaitForOptions, wait } from "./run/wait.ts";
export { type CommandOptions, command } from "./runners/command.ts";
export { type ClusterFactory, type DaskOptions, dask } from "./runners/dask.ts";
export { defineRunner } from "./runners/define.ts";
export { inline } from "./runners/inline.ts";
export { processes } from "./runners/processes.ts";
export { type RayOptions, ray } from "./runners/ray.ts";
export { threads } from "./runners/threads.ts";
export { backoff } from "./task/backoff.ts";
export { type Context, context } from "./task/context.ts";
export { run } from "./task/run.ts";
export type { Runner } from "./task/runner.ts";
export { flow, task } from "./task/task.ts";
export type {
  CacheOptions,
  CallOptions,
  CallState,
  DelayOptions,
  Duration,
  Flow,
  FlowOptions,
  Future,
  FutureList,
  HookCall,
  Input,
  Inputs,
  Job,
  Outcome,
  Plan,
  PlannedCall,
  Resolved,
  Task,
  TaskOptions,
} from "./task/types.ts";
export { unmapped } from "./task/unmapped.ts";
