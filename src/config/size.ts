/** Amounts of bytes as users write and read them. */
import prettyBytes from "pretty-bytes";
import { OptionError } from "../errors.ts";
import { shown } from "./shown.ts";

const HINT = 'Give bytes as a number, or a string such as "500MB" (10^6), "2GB" (10^9) or "1.5GiB" (2^30).';

/** Powers of 1000, and with an `i` of 1024. */
const PREFIXES = ["", "k", "m", "g", "t", "p"];

/**
 * Bytes of a size, whole; throws an `OptionError` for what is none.
 *
 * @param where what the option belongs to and its name, such as `heddle.config, cache.maxSize`.
 */
export function parseSize(value: unknown, where: string): number {
  const result = typeof value === "string" ? parsed(value) : value;
  if (typeof result !== "number" || Number.isNaN(result)) {
    throw new OptionError({ where, problem: `${shown(value)} is not a size`, hint: HINT });
  }
  if (result < 0) throw new OptionError({ where, problem: `${shown(value)} is negative`, hint: HINT });
  const bytes = Math.round(result);
  if (!Number.isSafeInteger(bytes)) {
    throw new OptionError({
      where,
      problem: `${shown(value)} is more than can be counted`,
      hint: "Leave it out for no limit.",
    });
  }
  return bytes;
}

/** `512 B`, `1.34 kB`, `340 MB`: in powers of 1000, as `parseSize` reads them. */
export function formatSize(bytes: number): string {
  return prettyBytes(bytes);
}

function parsed(text: string): number {
  const [, number, prefix = "", binary] = /^\s*(-?(?:\d+\.?\d*|\.\d+))\s*(?:([kmgtp]?)(i?)b?)\s*$/i.exec(text) ?? [];
  // "5i" and "5iB" mean nothing.
  if (number === undefined || (binary !== "" && prefix === "")) return Number.NaN;
  return Number(number) * (binary === "" ? 1000 : 1024) ** PREFIXES.indexOf(prefix.toLowerCase());
}
