/**
 * The front door as workers find it: the same names, but a run, which most calls never ask for, is loaded once one does.
 * Three quarters of what a worker would load are spared so.
 */
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { home } from "./platform.ts";
import { port } from "./task/port.ts";

type Whole = typeof import("./index.ts");

const load = createRequire(import.meta.url);
/** Loading it sets the port to a run; who submits cannot wait for that, so it is loaded at once. */
const whole = (): Whole => load(fileURLToPath(new URL("index.js", home)));

port.start ??= (...call) => {
  whole();
  return port.start!(...call);
};
port.nested ??= (...call) => {
  whole();
  return port.nested!(...call);
};
port.delay ??= (...call) => {
  whole();
  return port.delay!(...call);
};
const cache = () => {
  whole();
  return port.cache!;
};
port.cache ??= {
  key: (...call) => cache().key(...call),
  clear: (...call) => cache().clear(...call),
  clearAll: (...task) => cache().clearAll(...task),
  plan: (...call) => cache().plan(...call),
};

const late = <Name extends "all" | "allowFailure" | "asCompleted" | "attach" | "quote" | "startRun" | "wait">(
  name: Name,
) => ((...given: never[]) => (whole()[name] as (...given: never[]) => unknown)(...given)) as Whole[Name];

export const all = late("all");
export const allowFailure = late("allowFailure");
export const asCompleted = late("asCompleted");
export const attach = late("attach");
export const quote = late("quote");
export const startRun = late("startRun");
export const wait = late("wait");

export { redis } from "./background/redis/place.ts";
export { file } from "./codec/file.ts";
export { move, shared } from "./codec/memory.ts";
export { registerSerializer } from "./codec/serializers.ts";
export { defineConfig } from "./config/config.ts";
export * from "./errors.ts";
export { command } from "./runners/command.ts";
export { dask } from "./runners/dask.ts";
export { defineRunner } from "./runners/define.ts";
export { inline } from "./runners/inline.ts";
export { processes } from "./runners/processes.ts";
export { ray } from "./runners/ray.ts";
export { threads } from "./runners/threads.ts";
export { backoff } from "./task/backoff.ts";
export { context } from "./task/context.ts";
export { run } from "./task/run.ts";
export { flow, task } from "./task/task.ts";
export { unmapped } from "./task/unmapped.ts";
