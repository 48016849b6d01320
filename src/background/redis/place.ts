/** Where a queue in Redis is: a URL, also in HEDDLE_QUEUE and after `-o`. */
import { isAbsolute } from "node:path";
import { parseDuration } from "../../config/duration.ts";
import { checkKeys } from "../../config/nearest.ts";
import { OptionError } from "../../errors.ts";
import type { Duration } from "../../task/types.ts";
import { giveSecret } from "../secret.ts";

export interface RedisOptions {
  /** Such as `"redis://localhost:6379/0"`, or `"rediss://…"` for TLS. */
  readonly url: string;
  /** After so long without a word from its worker a job is given to another one; default 15 s. */
  readonly lease?: Duration;
  /** As a runner: how many calls of a run are handed to workers at once; default 64. */
  readonly calls?: number;
  /** What the names of all keys begin with, so that several queues can share a server; default `"heddle"`. */
  readonly prefix?: string;
  /**
   * Where values lie that are too large for Redis: the absolute path of a folder that all machines share, or the address
   * of a shared cache, `"http://…"`, `"https://…"` or `"s3://bucket/prefix"`. Without it they are an error.
   */
  readonly blobs?: string;
  /** Values of more bytes go to `blobs`; default 262,144, at least 4,096. */
  readonly blobsAbove?: number;
  /** What this process signs payloads with, and refuses what is not signed with it; default `HEDDLE_SECRET`. */
  readonly secret?: string;
}

const LEASE = 15_000;
const CALLS = 64;
const LEAST_LEASE = 1_000;
const PREFIX = "heddle";
const BLOBS_ABOVE = 256 * 1024;
/** What is longer in a message is a value: no name, and no path. */
const LEAST_ABOVE = 4_096;
/** What a URL may say; `family` is ioredis' own: 4 or 6, of IP. */
const OWN = ["lease", "calls", "prefix", "blobs", "blobsAbove"];
const OPTIONS = [...OWN, "family"];
/** What may be given in code. */
const KEYS = ["url", ...OWN, "secret"];
const PASSWORD = /(:\/\/[^/@]*:)[^/@]*@/;

/**
 * A queue in Redis, for whatever takes the folder of a store to say where jobs are, or the name of a runner to say where
 * calls run: workers on any machine serve it.
 *
 * Needs the packages `bullmq` and `ioredis`. See docs/redis.md.
 *
 * @throws OptionError
 * @example
 * const queue = redis({ url: "redis://localhost:6379", lease: "30s" });
 * console.log(queue); // redis://localhost:6379?lease=30000
 */
export function redis(options: RedisOptions): string {
  if (typeof options === "string") {
    const hint = 'Write redis({ url: "redis://…" }), or use the URL as it is.';
    throw new OptionError({ where: "redis(…)", problem: "a text holds no options", hint });
  }
  checkKeys(options ?? {}, KEYS, "redis(…)");
  const { url, lease, calls, prefix, blobs, blobsAbove, secret } = options ?? {};
  const place = parsed(url);
  if (lease !== undefined) place.searchParams.set("lease", String(parseDuration(lease, "redis({ lease })")));
  if (calls !== undefined) place.searchParams.set("calls", String(calls));
  if (prefix !== undefined) place.searchParams.set("prefix", prefix);
  if (blobs !== undefined) place.searchParams.set("blobs", blobs);
  if (blobsAbove !== undefined) place.searchParams.set("blobsAbove", String(blobsAbove));
  readPlace(place.href);
  // It is not part of the text, which is shown and handed on.
  if (secret !== undefined) giveSecret(secret, "redis({ secret })");
  return place.href;
}

export function isRedis(place: string): boolean {
  return /^rediss?:\/\//.test(place);
}

export interface RedisPlace {
  /** Without what only heddle understands. */
  readonly url: string;
  /** In milliseconds. */
  readonly lease: number;
  readonly calls: number;
  readonly prefix: string;
  /** Null where large values are an error. */
  readonly blobs: string | null;
  /** In bytes. */
  readonly blobsAbove: number;
  /** Without the password. */
  readonly shown: string;
}

/** @throws OptionError */
export function readPlace(text: string): RedisPlace {
  const url = parsed(text);
  checkKeys(Object.fromEntries(url.searchParams), OPTIONS, "the URL of a Redis");
  if (!/^\/?\d*$/.test(url.pathname)) {
    throw new OptionError({
      where: "redis({ url })",
      problem: `"${url.pathname.slice(1)}" is no number of a database`,
      hint: 'Give one such as "redis://localhost:6379/2".',
    });
  }
  const lease = leaseIn(url.searchParams.get("lease"));
  const calls = Number(url.searchParams.get("calls") ?? CALLS);
  const prefix = url.searchParams.get("prefix") ?? PREFIX;
  if (lease < LEAST_LEASE) {
    throw new OptionError({
      where: "redis({ lease })",
      problem: `${lease} ms is too short for a worker to say that it is alive`,
      hint: 'Give a second or more, such as "15s".',
    });
  }
  if (!Number.isInteger(calls) || calls < 1) {
    throw new OptionError({
      where: "redis({ calls })",
      problem: `${url.searchParams.get("calls")} is no number of calls`,
      hint: "Give a whole number of at least 1.",
    });
  }
  if (!/^[\w.-]+$/.test(prefix)) {
    throw new OptionError({
      where: "redis({ prefix })",
      problem: `"${prefix}" cannot be the beginning of keys`,
      hint: "Give letters, digits, dots and dashes.",
    });
  }
  const blobs = url.searchParams.get("blobs");
  const blobsAbove = Number(url.searchParams.get("blobsAbove") ?? BLOBS_ABOVE);
  checkBlobs(blobs, blobsAbove, url.searchParams.get("blobsAbove"));
  for (const name of OWN) url.searchParams.delete(name);
  const shown = new URL(url);
  // Who looks into another place of the same Redis sees nothing of what is here.
  if (prefix !== PREFIX) shown.searchParams.set("prefix", prefix);
  if (shown.password !== "") shown.password = "…";
  return { url: url.href, lease, calls, prefix, blobs, blobsAbove, shown: readable(shown.href) };
}

/** A name in a URL may hold a per cent sign of its own. */
function readable(url: string): string {
  try {
    return decodeURI(url);
  } catch {
    return url;
  }
}

function checkBlobs(blobs: string | null, above: number, given: string | null): void {
  if (blobs !== null && !isAbsolute(blobs) && !/^(https?|s3):\/\/./.test(blobs)) {
    throw new OptionError({
      where: "redis({ blobs })",
      problem: `"${blobs}" is no place for large values`,
      hint: 'Give the absolute path of a folder that all machines share, or an address: "http://…", "https://…" or "s3://bucket/prefix".',
    });
  }
  if (Number.isSafeInteger(above) && above >= LEAST_ABOVE) return;
  throw new OptionError({
    where: "redis({ blobsAbove })",
    problem: `${given} is no number of bytes from ${LEAST_ABOVE} on`,
    hint: "Give a whole number, such as 262144; small values belong into Redis.",
  });
}

function leaseIn(text: string | null): number {
  if (text === null) return LEASE;
  return parseDuration(/^[\d.]+$/.test(text) ? Number(text) : text, "redis({ lease })");
}

function parsed(url: unknown): URL {
  if (typeof url === "string" && isRedis(url) && URL.canParse(url)) return new URL(url);
  const shown = typeof url === "string" ? `"${url.replace(PASSWORD, "$1…@")}"` : String(url);
  throw new OptionError({
    where: "redis({ url })",
    problem: `${shown} is no URL of a Redis`,
    hint: 'Give one such as "redis://localhost:6379", or "rediss://…" for TLS.',
  });
}
