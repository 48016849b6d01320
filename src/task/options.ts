import { parseDuration } from "../config/duration.ts";
import { checkLimits } from "../config/limits.ts";
import { checkKeys } from "../config/nearest.ts";
import { shown } from "../config/shown.ts";
import { parseSize } from "../config/size.ts";
import { OptionError } from "../errors.ts";
import type { AnyOptions } from "./definition.ts";
import { checkDelay } from "./delay-options.ts";

const HOOKS = ["onStart", "onSuccess", "onFailure", "onRetry", "onCancel"] as const;
const COMMON = [
  "priority",
  "retries",
  "retryDelay",
  "retryJitter",
  "retryIf",
  "timeout",
  "description",
  "tags",
  "callName",
  "runner",
  "cache",
  "compress",
  ...HOOKS,
] as const;

/** The options that a task, a flow or a call may have. */
export const taskOptions: readonly string[] = [...COMMON, "restart", "hold", "labels"];
export const flowOptions: readonly string[] = [
  ...COMMON,
  "onError",
  "strict",
  "store",
  "limits",
  "maxLiveBytes",
  "prefix",
];
const CALL_ONLY = ["after", "inFlight", "delay"];

/** Throws an `OptionError` that names the task and the option, for options that mean nothing. */
export function checkOptions(kind: "task" | "flow", name: string, options: AnyOptions, ofCall: boolean): void {
  const subject = `${kind} "${name}"`;
  if (typeof options !== "object" || options === null) {
    throw new OptionError({ where: subject, problem: `${shown(options)} is not an object of options`, hint: USE });
  }
  const known = kind === "task" ? taskOptions : flowOptions;
  checkKeys(options, ofCall ? [...known, ...CALL_ONLY] : known, subject);
  for (const key of Object.keys(options) as (keyof AnyOptions)[]) {
    if (options[key] !== undefined) checkOption(key, options[key], `${subject}, ${key}`);
  }
}

const USE = 'Write task("name", { retries: 3 }, fn).';

type Check = readonly [good: (value: unknown) => boolean, hint: string];

const truth: Check = [value => typeof value === "boolean", "Give true or false."];
const aFunction: Check = [value => typeof value === "function", "Give a function."];
const checks: Readonly<Record<string, Check>> = {
  retries: [value => Number.isInteger(value) && (value as number) >= 0, "Give a whole number from 0 on."],
  inFlight: [value => Number.isInteger(value) && (value as number) >= 1, "Give a whole number from 1 on."],
  priority: [value => Number.isFinite(value), "Give a number; higher goes first."],
  retryJitter: [value => typeof value === "number" && value >= 0 && value <= 1, "Give a number from 0 to 1."],
  onError: [value => value === "stop" || value === "continue", 'Give "stop" or "continue".'],
  restart: truth,
  compress: truth,
  store: [value => typeof value === "string" && value !== "", "Give the path of a folder."],
  strict: truth,
  callName: [value => ["string", "function"].includes(typeof value), "Give a template or a function."],
  description: [value => typeof value === "string", "Give a string."],
  tags: [value => Array.isArray(value) && value.every(tag => typeof tag === "string"), "Give an array of strings."],
  after: [value => Array.isArray(value) && value.every(isThenable), "Give an array of futures."],
  hold: [
    value => Array.isArray(value) && value.every(label => typeof label === "string"),
    "Give an array of labels that the task has.",
  ],
  prefix: [isRecord, 'Give an object by label, such as { gpu: "srun --gres=gpu:{gpu}" }.'],
  runner: [
    value => typeof value === "string" || isRunner(value),
    "Give a runner, such as threads(), or the name of one in the config.",
  ],
};

function checkOption(key: keyof AnyOptions, value: unknown, where: string): void {
  if (key === "timeout") checkTimeout(value, where);
  else if (key === "maxLiveBytes") parseSize(value, where);
  else if (key === "limits") checkLimits(value, where);
  else if (key === "cache") checkCache(value, where);
  else if (key === "retryDelay") checkRetryDelay(value, where);
  else if (key === "labels") checkLabels(value, where);
  else if (key === "delay") checkDelay(value, where);
  else {
    const [good, hint] = checks[key] ?? aFunction;
    if (!good(value)) throw new OptionError({ where, problem: `${shown(value)} is not possible`, hint });
  }
}

const cacheChecks: Readonly<Record<string, Check>> = {
  ttl: [() => true, ""],
  version: [value => typeof value === "string" || Number.isFinite(value), "Give a string or a number."],
  ignore: [
    value => Array.isArray(value) && value.every(name => typeof name === "string"),
    "Give an array of names of parameters.",
  ],
  include: [value => Array.isArray(value), "Give an array of values."],
  code: [value => ["closure", "module", "none"].includes(value as string), 'Give "closure", "module" or "none".'],
  key: aFunction,
  when: aFunction,
  files: [value => value === "check" || value === "trust", 'Give "check" or "trust".'],
  shallow: truth,
};

function checkCache(value: unknown, where: string): void {
  if (typeof value === "boolean") return;
  if (typeof value !== "object" || value === null) {
    throw new OptionError({ where, problem: `${shown(value)} is not possible`, hint: "Give true, false or { … }." });
  }
  checkKeys(value, Object.keys(cacheChecks), where);
  for (const [key, part] of Object.entries(value) as [string, unknown][]) {
    if (part === undefined) continue;
    if (key === "ttl") parseDuration(part, `${where}.ttl`);
    const [good, hint] = cacheChecks[key]!;
    if (!good(part))
      throw new OptionError({ where: `${where}.${key}`, problem: `${shown(part)} is not possible`, hint });
  }
}

function checkTimeout(value: unknown, where: string): void {
  if (parseDuration(value, where) > 0) return;
  throw new OptionError({ where, problem: "0 leaves no time at all", hint: "Leave the option out for no limit." });
}

function checkRetryDelay(value: unknown, where: string): void {
  if (typeof value === "function") return;
  if (!Array.isArray(value)) {
    parseDuration(value, where);
    return;
  }
  if (value.length === 0) {
    throw new OptionError({ where, problem: "the list of delays is empty", hint: "Give at least one delay." });
  }
  for (const delay of value) parseDuration(delay, where);
}

function checkLabels(value: unknown, where: string): void {
  const hint = 'Give a name, names, or amounts: "gpu", ["gpu", "web"] or { gpu: 1, memoryGb: 8 }.';
  const amounts = typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
  const names: readonly unknown[] = amounts !== null ? Object.keys(amounts) : [value].flat();
  if (!names.every(name => typeof name === "string")) {
    throw new OptionError({ where, problem: `${shown(value)} is not possible`, hint });
  }
  if (names.includes("")) throw new OptionError({ where, problem: "a label has an empty name", hint });
  for (const [label, amount] of Object.entries(amounts ?? {}) as [string, unknown][]) {
    if (typeof amount === "number" && Number.isFinite(amount) && amount > 0) continue;
    const problem = `the amount of ${label} is ${shown(amount)}, not a number above 0`;
    throw new OptionError({ where, problem, hint });
  }
}

function isRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isRunner(value: unknown): boolean {
  return typeof value === "object" && value !== null && "open" in value && typeof value.open === "function";
}

function isThenable(value: unknown): boolean {
  return typeof value === "object" && value !== null && "then" in value;
}
