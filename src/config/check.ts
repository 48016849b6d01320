/** Checks a config: every key known, every value of its type. */
import { ConfigError, HeddleError, OptionError } from "../errors.ts";
import { wordsOf } from "./command.ts";
import type { BuildConfig, CacheConfig, HeddleConfig, SharedCacheConfig } from "./config.ts";
import { parseDuration } from "./duration.ts";
import { checkLimits } from "./limits.ts";
import { suggest } from "./nearest.ts";
import { shown } from "./shown.ts";
import { parseSize } from "./size.ts";

/** What a value should be, in words, and whether it is. */
interface Kind {
  readonly wants: string;
  fits(value: unknown): boolean;
}

const oneOf = (...choices: string[]): Kind => ({
  wants: `one of ${choices.map(choice => JSON.stringify(choice)).join(", ")}`,
  fits: value => typeof value === "string" && choices.includes(value),
});
const boolean: Kind = { wants: "true or false", fits: value => typeof value === "boolean" };
const number: Kind = { wants: "a finite number", fits: value => Number.isFinite(value) };
const count: Kind = {
  wants: "a whole number, 0 or more",
  fits: value => Number.isSafeInteger(value) && Number(value) >= 0,
};
const fraction: Kind = {
  wants: "a number from 0 to 1",
  fits: value => typeof value === "number" && value >= 0 && value <= 1,
};
const callback: Kind = { wants: "a function", fits: value => typeof value === "function" };
const duration: Kind = {
  wants: 'a duration: milliseconds, or a string such as "10s"',
  fits: value => parses(parseDuration, value),
};
const size: Kind = {
  wants: 'a size: bytes, or a string such as "500MB" or "2GB"',
  fits: value => parses(parseSize, value),
};
const delays: Kind = {
  wants: 'a duration such as "10s", a list of durations, or a function of the attempt',
  fits: value =>
    typeof value === "function" ||
    (Array.isArray(value) ? value.length > 0 && value.every(duration.fits) : duration.fits(value)),
};
const workers: Kind = {
  wants: 'a whole number of at least 1, or "auto"',
  fits: value => value === "auto" || (Number.isSafeInteger(value) && Number(value) >= 1),
};
const runner: Kind = {
  wants: "the name of a runner, or a runner such as threads()",
  fits: value => (typeof value === "string" && value !== "") || isRunner(value),
};
const namedRunner: Kind = {
  wants: "a runner such as threads(), or a function that makes one",
  fits: value => typeof value === "function" || isRunner(value),
};
const record: Kind = { wants: "an object", fits: isRecord };
const text: Kind = { wants: "a text that is not empty", fits: value => typeof value === "string" && value !== "" };
const texts: Kind = {
  wants: "a list of texts that are not empty",
  fits: value => Array.isArray(value) && value.every(text.fits),
};
const address: Kind = {
  wants: 'an address such as "http://cache.example:7480" or "s3://bucket/prefix"',
  fits: value => typeof value === "string" && URL.canParse(value) && /^(https?|s3):$/.test(new URL(value).protocol),
};
const cache: Kind = {
  wants: 'true, false, or an object such as { maxSize: "2GB" }',
  fits: value => typeof value === "boolean" || isRecord(value),
};

const prefix: Kind = {
  wants: 'a command such as "srun --gres=gpu:{gpu}", its words, or { command, per, … }',
  fits: value => isCommand(value) || (isRecord(value) && isCommand(value["command"])),
};

const KEYS: Readonly<Record<keyof HeddleConfig, Kind>> = {
  runner,
  workers,
  runners: record,
  limits: record,
  maxLiveBytes: size,
  prefix: record,
  onError: oneOf("stop", "continue"),
  strict: boolean,
  defaults: record,
  cache,
  build: record,
  reporter: oneOf("live", "plain", "quiet"),
  showCapture: oneOf("no", "stdout", "stderr", "all"),
  log: boolean,
};

const DEFAULTS: Readonly<Record<keyof NonNullable<HeddleConfig["defaults"]>, Kind>> = {
  priority: number,
  retries: count,
  retryDelay: delays,
  retryJitter: fraction,
  retryIf: callback,
  timeout: duration,
  restart: boolean,
};

const CACHE: Readonly<Record<keyof CacheConfig, Kind>> = {
  enabled: boolean,
  maxSize: size,
  ttl: duration,
  folder: text,
  shared: record,
};

const BUILD: Readonly<Record<keyof BuildConfig, Kind>> = {
  outside: boolean,
  paths: texts,
  match: text,
  tags: texts,
  force: { wants: "true, false, or a list of names", fits: value => typeof value === "boolean" || texts.fits(value) },
  maxFailures: { wants: "a whole number of at least 1", fits: value => count.fits(value) && Number(value) > 0 },
  stop: boolean,
  explain: boolean,
  dryRun: boolean,
  watch: boolean,
  json: boolean,
};

const SHARED: Readonly<Record<keyof SharedCacheConfig, Kind>> = {
  url: address,
  token: text,
  push: boolean,
  secret: text,
};

/** The config, if `value` is one; else throws a `ConfigError` that names the key, what it is and what it should be. */
export function checkConfig(value: unknown, file: string): HeddleConfig {
  if (!isRecord(value)) {
    throw new ConfigError({
      file,
      problem:
        value === undefined ? "there is no default export" : `the default export is ${shown(value)}, not a config`,
      hint: "Write: export default defineConfig({ … })",
    });
  }
  checkRecord(value, KEYS, "", file);
  if (isRecord(value["defaults"])) checkRecord(value["defaults"], DEFAULTS, "defaults.", file);
  if (isRecord(value["cache"])) checkCache(value["cache"], file);
  if (isRecord(value["build"])) checkRecord(value["build"], BUILD, "build.", file);
  if (isRecord(value["limits"])) checkConfigLimits(value["limits"], file);
  for (const [name, made] of Object.entries(value["runners"] ?? {})) {
    checkValue(made, namedRunner, `runners.${name}`, file);
  }
  for (const [label, one] of Object.entries(value["prefix"] ?? {})) checkPrefix(label, one, file);
  return value;
}

function checkPrefix(label: string, value: unknown, file: string): void {
  const key = `prefix.${label}`;
  checkValue(value, prefix, key, file);
  try {
    wordsOf(isRecord(value) ? value["command"] : value, key);
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
    const { short, remedy } = error;
    throw new ConfigError({ file, problem: short, hint: remedy }, { cause: error });
  }
}

function checkCache(cache: Readonly<Record<string, unknown>>, file: string): void {
  checkRecord(cache, CACHE, "cache.", file);
  const shared = cache["shared"];
  if (!isRecord(shared)) return;
  checkRecord(shared, SHARED, "cache.shared.", file);
  if (shared["url"] === undefined) {
    throw new ConfigError({
      file,
      problem: '"cache.shared" has no url',
      hint: `Say where the shared cache is: url should be ${address.wants}.`,
    });
  }
}

function checkConfigLimits(limits: object, file: string): void {
  try {
    checkLimits(limits, "limits");
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    throw new ConfigError({ file, problem: error.short, hint: error.remedy });
  }
}

function checkRecord(record: object, kinds: Readonly<Record<string, Kind>>, prefix: string, file: string): void {
  for (const [key, value] of Object.entries(record)) {
    if (!Object.hasOwn(kinds, key)) {
      const hint = misplaced(key, prefix) ?? suggest(key, Object.keys(kinds), "key");
      throw new ConfigError({ file, problem: `unknown key "${prefix}${key}"`, hint });
    }
    const kind = kinds[key];
    if (kind !== undefined && value !== undefined) checkValue(value, kind, prefix + key, file);
  }
}

/** For a key of another level. */
function misplaced(key: string, prefix: string): string | undefined {
  const around = prefix.slice(0, -1);
  if (around !== "" && Object.hasOwn(KEYS, key)) return `It stands beside ${around}, not in it: { ${key}: … }`;
  const inner = { build: BUILD, cache: CACHE, defaults: DEFAULTS };
  const home = around === "" ? Object.entries(inner).find(([, keys]) => Object.hasOwn(keys, key)) : undefined;
  return home === undefined ? undefined : `It stands in ${home[0]}: { ${home[0]}: { ${key}: … } }`;
}

function checkValue(value: unknown, kind: Kind, key: string, file: string): void {
  if (!kind.fits(value)) {
    throw new ConfigError({ file, problem: `"${key}" is ${shown(value)}`, hint: `It should be ${kind.wants}.` });
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCommand(value: unknown): boolean {
  return typeof value === "string" || (Array.isArray(value) && value.every(word => typeof word === "string"));
}

function isRunner(value: unknown): boolean {
  return isRecord(value) && typeof value["name"] === "string" && typeof value["open"] === "function";
}

function parses(parse: (value: unknown, where: string) => number, value: unknown): boolean {
  try {
    parse(value, "");
    return true;
  } catch (error) {
    if (error instanceof HeddleError) return false;
    throw error;
  }
}
