/** Checks of what runners are made with. */
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { shown } from "../config/shown.ts";
import { OptionError } from "../errors.ts";

/** A number of workers: `"auto"` is the number of CPUs that this process may use. */
export function countWorkers(workers: number | "auto" | undefined, where: string): number {
  if (workers === undefined || workers === "auto") return Math.max(1, availableParallelism());
  checkCount(workers, `${where}, workers`, 'Give a whole number from 1 on, or "auto" for one worker a CPU.');
  return workers;
}

/** How many calls a worker runs at once. */
export function countCalls(concurrency: number | undefined, where: string): number {
  if (concurrency === undefined) return 1;
  checkCount(concurrency, `${where}, concurrency`, "Give a whole number from 1 on.");
  return concurrency;
}

export function checkCount(value: unknown, where: string, hint: string): asserts value is number {
  if (Number.isSafeInteger(value) && Number(value) >= 1) return;
  throw new OptionError({ where, problem: `${shown(value)} is not possible`, hint });
}

/** The URL of a module given by path, relative to the working directory, or by URL. */
export function moduleUrl(module: string | URL | undefined, where: string): string | null {
  if (module === undefined) return null;
  if (module instanceof URL) return module.href;
  if (typeof module !== "string" || module === "") {
    throw new OptionError({
      where: `${where}, init`,
      problem: `${shown(module)} is no module`,
      hint: 'Give a path or a URL, such as new URL("./warm.js", import.meta.url).',
    });
  }
  return /^[a-z]+:\/\//.test(module) ? module : pathToFileURL(resolve(module)).href;
}

/** Environment variables of workers. */
export function checkEnv(env: unknown, where: string): void {
  const good =
    env === undefined ||
    (typeof env === "object" && env !== null && Object.values(env).every(value => typeof value === "string"));
  if (good) return;
  throw new OptionError({
    where: `${where}, env`,
    problem: `${shown(env)} is not possible`,
    hint: 'Give an object of strings, such as { LOG: "1" }.',
  });
}
