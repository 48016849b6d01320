/** How much of a label may be in use at once, or per time, as a config, a flow or the command line says it. */
import { OptionError } from "../errors.ts";
import { parseDuration } from "./duration.ts";
import { checkKeys } from "./nearest.ts";
import { shown } from "./shown.ts";

/**
 * How much of a label may be in use at once; with `rate` and `per`, how much of it may start in any stretch of that
 * length; or both. With `shared: true` an amount is for all runs on this machine that use the same store together.
 */
export type LimitConfig =
  | number
  | {
      readonly amount?: number;
      readonly rate?: number;
      readonly per?: number | string;
      readonly shared?: boolean;
    };

export type LimitsConfig = Readonly<Record<string, LimitConfig>>;

/** A limit that was checked; `per` in milliseconds. */
export interface CheckedLimit {
  readonly amount?: number;
  readonly rate?: number;
  readonly per?: number;
  readonly shared?: true;
}

/** @throws OptionError that names the label, for what is no limit. */
export function checkLimits(limits: unknown, where: string): ReadonlyMap<string, CheckedLimit> {
  if (typeof limits !== "object" || limits === null || Array.isArray(limits)) {
    throw new OptionError({ where, problem: `${shown(limits)} is not an object of limits by label`, hint: USE });
  }
  return new Map(Object.entries(limits).map(([label, limit]) => [label, checkLimit(limit, `${where}, ${label}`)]));
}

const USE = 'Write limits: { gpu: 2, web: { rate: 5, per: "1s" } }.';

function checkLimit(limit: unknown, where: string): CheckedLimit {
  if (typeof limit === "number") return { amount: checkCount(limit, where) };
  if (typeof limit !== "object" || limit === null) {
    throw new OptionError({ where, problem: `${shown(limit)} is not a limit`, hint: USE });
  }
  checkKeys(limit, ["amount", "rate", "per", "shared"], where);
  const { amount, rate, per, shared = false } = limit as Exclude<LimitConfig, number>;
  if (amount === undefined && rate === undefined) {
    throw new OptionError({ where, problem: "it limits nothing", hint: "Give an amount, or a rate and a time: per." });
  }
  if ((rate === undefined) !== (per === undefined)) {
    const [given, missing] = rate === undefined ? ["per", "rate"] : ["rate", "per"];
    throw new OptionError({ where, problem: `there is a ${given} and no ${missing}`, hint: USE });
  }
  if (typeof shared !== "boolean") {
    throw new OptionError({ where, problem: `shared is ${shown(shared)}`, hint: "It is true or false." });
  }
  if (shared && rate !== undefined) throw sharedRate(where);
  return {
    ...(shared && { shared }),
    ...(amount !== undefined && { amount: checkCount(amount, where) }),
    ...(rate !== undefined && { rate: checkCount(rate, where), per: checkPer(per!, where) }),
  };
}

function sharedRate(where: string): Error {
  return new OptionError({
    where,
    problem: "a rate cannot be shared by several runs",
    hint: "Share an amount, { amount: 2, shared: true }, or give each run its part of the rate.",
  });
}

function checkCount(count: unknown, where: string): number {
  if (typeof count === "number" && Number.isFinite(count) && count > 0) return count;
  throw new OptionError({ where, problem: `${shown(count)} is not a number above 0`, hint: "Give how much there is." });
}

function checkPer(per: number | string, where: string): number {
  const ms = parseDuration(per, where);
  if (ms > 0) return ms;
  throw new OptionError({ where, problem: "a rate per no time at all limits nothing", hint: USE });
}
