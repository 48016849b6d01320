/** What `build()` was given, checked. */
import { checkLimits } from "../../config/limits.ts";
import { checkKeys } from "../../config/nearest.ts";
import { shown } from "../../config/shown.ts";
import { OptionError } from "../../errors.ts";
import type { BuildOptions } from "../build.ts";

type Check = readonly [fits: (value: unknown) => boolean, hint: string];

const isText = (value: unknown) => typeof value === "string" && value !== "";
const isTruth = (value: unknown) => typeof value === "boolean";
const areTexts = (value: unknown) => isText(value) || (Array.isArray(value) && value.every(isText));
const isObject = (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value);
const isRunner = (value: unknown) => isObject(value) && typeof (value as { open?: unknown }).open === "function";

const CHECKS: Readonly<Record<keyof BuildOptions, Check>> = {
  root: [isText, "Give the path of the project's root, such as import.meta.dirname."],
  paths: [areTexts, 'Give a path, or an array of paths, such as ["src/reports"].'],
  targets: [areTexts, 'Give a name, or an array of names, such as ["clean", "part(3)"].'],
  runner: [value => isText(value) || isRunner(value), "Give a runner, such as threads(), or the name of one."],
  runners: [
    value => isObject(value) && Object.values(value as object).every(isRunner),
    "Give an object of runners by name, such as { small: threads({ workers: 1 }) }.",
  ],
  workers: [
    value => value === "auto" || (Number.isSafeInteger(value) && (value as number) >= 1),
    'Give a whole number from 1 on, or "auto".',
  ],
  limits: [isObject, "Give an object by label, such as { gpu: 2 }."],
  prefix: [isObject, 'Give an object by label, such as { gpu: "srun --gres=gpu:{gpu}" }.'],
  force: [
    value => isTruth(value) || (Array.isArray(value) && value.every(isText)),
    "Give true, or an array of names of targets.",
  ],
  maxFailures: [value => typeof value === "number" && value >= 1, "Give a number from 1 on."],
  outside: [isTruth, "Give true or false."],
  readers: [
    value => Array.isArray(value) && value.every(reader => typeof reader === "function"),
    "Give an array of functions, which get events.",
  ],
  quiet: [isTruth, "Give true or false."],
};

/** @throws OptionError */
export function checkBuildOptions(options: BuildOptions): void {
  if (!isObject(options)) {
    const problem = `${shown(options)} is not an object of options`;
    throw new OptionError({ where: "build(…)", problem, hint: 'Write build({ targets: "report" }).' });
  }
  checkKeys(options, Object.keys(CHECKS), "build(…)");
  for (const key of Object.keys(options) as (keyof BuildOptions)[]) {
    const value = options[key];
    const [fits, hint] = CHECKS[key];
    if (value === undefined || fits(value)) continue;
    throw new OptionError({ where: `build({ ${key} })`, problem: `${shown(value)} is not possible`, hint });
  }
  if (options.limits !== undefined) checkLimits(options.limits, "build({ limits })");
}
