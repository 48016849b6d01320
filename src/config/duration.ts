/** Durations as users write them. */
import ms, { type StringValue } from "ms";
import { OptionError } from "../errors.ts";
import { shown } from "./shown.ts";

const HINT = 'Give milliseconds as a number, or a string such as "250ms", "10s", "5m" or "2h".';

/**
 * Milliseconds of a duration; throws an `OptionError` for what is none: negative, not finite, not to be parsed.
 *
 * @param where what the option belongs to and its name, such as `task "fetch", timeout`.
 */
export function parseDuration(value: unknown, where: string): number {
  const result = typeof value === "string" ? parsed(value) : value;
  if (typeof result !== "number" || Number.isNaN(result)) {
    throw new OptionError({ where, problem: `${shown(value)} is not a duration`, hint: HINT });
  }
  if (result < 0) throw new OptionError({ where, problem: `${shown(value)} is negative`, hint: HINT });
  if (result === Number.POSITIVE_INFINITY) {
    throw new OptionError({
      where,
      problem: `${shown(value)} is not finite`,
      hint: "Leave the option out for no limit.",
    });
  }
  return result;
}

function parsed(text: string): number {
  const trimmed = text.trim();
  // `ms` throws for the empty string and for long ones, where it should say "not a duration".
  if (trimmed === "" || trimmed.length > 100) return Number.NaN;
  return ms(trimmed as StringValue) ?? Number.NaN;
}
