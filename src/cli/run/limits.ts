/** Reads `--limit`: `gpu=2`, `web=5/1s`, both in one as `web=2,5/1s`, and `gpu=2,shared`. */
import { parseDuration } from "../../config/duration.ts";
import type { LimitConfig, LimitsConfig } from "../../config/limits.ts";
import { HeddleError, UsageError } from "../../errors.ts";

const USE =
  "Write LABEL=AMOUNT, as --limit gpu=2, or --limit gpu=2,shared for all runs together, or LABEL=COUNT/TIME, as --limit web=5/1s.";

/** The last word on a label counts. */
export function readLimits(texts: readonly string[]): LimitsConfig {
  return Object.fromEntries(texts.map(readLimit));
}

function readLimit(text: string): [label: string, limit: LimitConfig] {
  // Labels may have an equals sign in them, amounts have none.
  const parts = /^(.+)=([^=]+)$/.exec(text);
  if (parts === null) throw refusal(text, "does not say how much of which label");
  const limit: { amount?: number; rate?: number; shared?: boolean } = {};
  for (const part of parts[2]!.split(",")) Object.assign(limit, readPart(part, text));
  if (limit.shared === true && limit.rate !== undefined) throw refusal(text, "shares a rate, which is not possible");
  if (limit.shared === true && limit.amount === undefined) throw refusal(text, "shares no amount");
  return [parts[1]!, limit];
}

function readPart(part: string, text: string): LimitConfig {
  if (part.trim() === "shared") return { shared: true };
  return part.includes("/") ? rate(part, text) : amount(part, text);
}

function amount(part: string, text: string): LimitConfig {
  return { amount: count(part, text) };
}

function rate(part: string, text: string): LimitConfig {
  const slash = part.indexOf("/");
  return { rate: count(part.slice(0, slash), text), per: duration(part.slice(slash + 1).trim(), text) };
}

function count(part: string, text: string): number {
  const found = part.trim() === "" ? Number.NaN : Number(part);
  if (Number.isFinite(found) && found > 0) return found;
  throw refusal(text, `has ${JSON.stringify(part)}, which is not a number above 0`);
}

function duration(time: string, text: string): number {
  try {
    const ms = parseDuration(/^\d+$/.test(time) ? Number(time) : time, "--limit");
    if (ms > 0) return ms;
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
  }
  throw refusal(text, `has ${JSON.stringify(time)}, which is not a time such as "1s"`);
}

function refusal(text: string, problem: string): Error {
  return new UsageError({ problem: `--limit ${text} ${problem}`, hint: USE });
}
