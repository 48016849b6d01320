import type { Range, Resampled } from "./bootstrap.ts";
import type { FlightData } from "./read.ts";

export type Verdict = "worse" | "ordinary" | "better";

/** An airport with its place in the ranking; delays in minutes. */
export interface Ranked {
  readonly rank: number;
  readonly code: string;
  readonly name: string;
  readonly city: string;
  readonly state: string;
  readonly flights: number;
  readonly meanDelay: number;
  readonly interval: Range;
  readonly chance: Range;
  readonly pValue: number;
  /** The p-value corrected for the number of airports looked at (Benjamini and Hochberg). */
  readonly qValue: number;
  readonly verdict: Verdict;
}

export interface Ranking {
  readonly resamples: number;
  readonly seed: number;
  readonly minFlights: number;
  /** The share of false alarms, among the airports named worse or better, that is put up with. */
  readonly falseAlarms: number;
  /** Of all flights. */
  readonly flights: number;
  readonly meanDelay: number;
  readonly period: FlightData["period"];
  readonly leftOut: FlightData["leftOut"];
  /** The worst first. */
  readonly airports: readonly Ranked[];
}

export type RankSettings = Pick<Ranking, "resamples" | "seed" | "minFlights" | "falseAlarms">;

/** Joins what was read with what was resampled, and says which airports luck does not explain. */
export function rankAirports(data: FlightData, resampled: readonly Resampled[], settings: RankSettings): Ranking {
  const overall = mean(data.delays);
  const qValues = correct(resampled.map(each => each.pValue));
  const airports = data.airports.map((airport, i) => {
    const { chance, interval, pValue } = resampled[i]!;
    const { code, name, city, state, flights, totalDelay } = airport;
    const own = totalDelay / flights;
    const verdict = qValues[i]! <= settings.falseAlarms ? side(interval, overall) : "ordinary";
    return { code, name, city, state, flights, own, interval, chance, pValue, qValue: qValues[i]!, verdict };
  });
  airports.sort((a, b) => b.own - a.own || (a.code < b.code ? -1 : 1));
  return {
    resamples: settings.resamples,
    seed: settings.seed,
    minFlights: settings.minFlights,
    falseAlarms: settings.falseAlarms,
    flights: data.delays.length,
    meanDelay: rounded(overall),
    period: data.period,
    leftOut: data.leftOut,
    airports: airports.map(({ own, interval, chance, pValue, qValue, verdict, ...airport }, i) => ({
      rank: i + 1,
      ...airport,
      meanDelay: rounded(own),
      interval: [rounded(interval[0]), rounded(interval[1])],
      chance: [rounded(chance[0]), rounded(chance[1])],
      pValue: rounded(pValue, 6),
      qValue: rounded(qValue, 6),
      verdict,
    })),
  };
}

/** Worse or better only where the whole interval agrees. */
function side([low, high]: Range, overall: number): Verdict {
  if (low > overall) return "worse";
  return high < overall ? "better" : "ordinary";
}

/**
 * Corrects p-values for their number, so that calling those up to q "found" is wrong in a share q of the finds at most,
 * on average (Benjamini and Hochberg, 1995).
 */
export function correct(pValues: readonly number[]): number[] {
  const order = pValues.map((p, index) => ({ p, index })).sort((a, b) => b.p - a.p);
  const corrected = new Array<number>(pValues.length);
  let least = 1;
  order.forEach(({ p, index }, fromLast) => {
    least = Math.min(least, (p * order.length) / (order.length - fromLast));
    corrected[index] = least;
  });
  return corrected;
}

function mean(values: Int16Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function rounded(value: number, digits = 3): number {
  return Number(value.toFixed(digits));
}
