import { HeddleError, StoreError } from "../../errors.ts";
import type { RedisPlace } from "./place.ts";

const NOT_THERE = new Set(["ECONNREFUSED", "ENOTFOUND", "EHOSTUNREACH", "ETIMEDOUT", "EAI_AGAIN"]);

/** What goes wrong with a Redis, in words that say what to do. */
export function redisError({ shown: folder }: RedisPlace, error: unknown): Error {
  if (error instanceof HeddleError || error instanceof TypeError) return error;
  const { message, code } = error as { readonly message: string; readonly code?: string };
  const hint = hintFor(message, code);
  return new StoreError({ kept: "queue", folder, problem: message || String(code), hint }, { cause: error });
}

function hintFor(message: string, code: string | undefined): string {
  if (code !== undefined && NOT_THERE.has(code)) return "Start a Redis there, or give the URL of another one.";
  if (/^OOM /.test(message)) {
    return "It has no memory left: raise `maxmemory`, forget jobs with `heddle jobs prune`, and hand over large values as files.";
  }
  if (/^(NOAUTH|WRONGPASS)/.test(message)) return "Put user and password into the URL: redis://user:password@host.";
  if (/^(MISCONF|READONLY)/.test(message)) return "It takes no writes: see to its disk and its replication.";
  return "See to what the message says, or give the URL of another Redis.";
}
