import { hash } from "node:crypto";
import { inputsDigest, markOf } from "../codec/digest.ts";
import { parseDuration } from "../config/duration.ts";
import type { AnyOptions, Definition } from "../task/definition.ts";
import type { CacheOptions } from "../task/types.ts";
import type { Code, CodeMode } from "./code.ts";

/** How the results of one task with certain options are kept. */
export interface CachePolicy {
  /** Milliseconds; null for ever. */
  readonly ttl: number | null;
  readonly ignore: readonly string[];
  /** What counts besides code and inputs, digested; empty for nothing. */
  readonly extra: string;
  readonly code: CodeMode;
  readonly key: ((...inputs: never[]) => unknown) | null;
  readonly when: ((value: unknown) => boolean) | null;
  readonly checkFiles: boolean;
  readonly shallow: boolean;
  readonly compress: boolean | null;
}

/** The policy of a task with these options; null if its results are not kept. `byDefault`: what surrounds it says so. */
export function policyOf(definition: Definition, options: AnyOptions, byDefault: boolean): CachePolicy | null {
  const cache = options.cache ?? byDefault;
  if (cache === false) return null;
  const given: CacheOptions<never, never> = cache === true ? {} : cache;
  return {
    ttl: given.ttl === undefined ? null : parseDuration(given.ttl, `${definition.name}, cache.ttl`),
    ignore: given.ignore ?? [],
    extra: extraOf(definition.name, given),
    code: given.code ?? "closure",
    key: given.key ?? null,
    when: (given.when as CachePolicy["when"] | undefined) ?? null,
    checkFiles: given.files !== "trust",
    shallow: given.shallow === true,
    compress: options.compress ?? null,
  };
}

function extraOf(task: string, { version, include }: CacheOptions<never, never>): string {
  if (version === undefined && include === undefined) return "";
  const marks = [version, ...(include ?? [])].map(value => markOf(value, { task, role: "input" }, null).text);
  return inputsDigest(marks);
}

/** The first part of a key. */
export function taskPart(identity: string): string {
  return hash("sha256", identity, "hex").slice(0, 16);
}

/** The last part of a key: the code, and the options that count with it. */
export function codePart(code: Code, { extra }: CachePolicy): string {
  return extra === "" ? code.digest.slice(0, 40) : hash("sha256", `${code.digest} ${extra}`, "hex").slice(0, 40);
}
