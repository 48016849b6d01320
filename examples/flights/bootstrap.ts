import type { Random } from "./random.ts";
import type { Airport } from "./read.ts";

/** Lower and upper end. */
export type Range = readonly [number, number];

/** What luck alone would give, and how sure the airport's own mean is. */
export interface Resampled {
  readonly code: string;
  /** Where 95 of 100 means of as many flights lie when these are drawn from the flights of all airports. */
  readonly chance: Range;
  /** Two-sided: how often such a mean lies as far out as the airport's own. */
  readonly pValue: number;
  /** The 95% interval of the airport's mean. */
  readonly interval: Range;
}

/** Told after each resample how many are done. */
export type Tick = (done: number) => void;

/**
 * A permutation test: draws as many flights as left from `airport` out of all `delays`, without putting any back,
 * `resamples` times over, and compares their means with the airport's own.
 */
export function drawByChance(
  airport: Pick<Airport, "flights" | "totalDelay">,
  delays: Int16Array,
  resamples: number,
  random: Random,
  tick: Tick,
): Pick<Resampled, "chance" | "pValue"> {
  const pool = delays.slice();
  const means = new Float64Array(resamples);
  let asHigh = 0;
  let asLow = 0;
  for (let i = 0; i < resamples; i++) {
    const sum = shuffleFirst(pool, airport.flights, random);
    means[i] = sum / airport.flights;
    if (sum >= airport.totalDelay) asHigh++;
    if (sum <= airport.totalDelay) asLow++;
    tick(i + 1);
  }
  // The airport's own flights are one of the possible draws: hence + 1, and no p-value is ever 0.
  const tail = (Math.min(asHigh, asLow) + 1) / (resamples + 1);
  return { chance: middle95(means), pValue: Math.min(1, 2 * tail) };
}

/**
 * A bootstrap by days: puts together as many days as the airport had, drawn from its own with repetition, `resamples`
 * times over. Whole days, because one storm delays many flights: single flights would make the mean look too sure.
 */
export function drawByDays(days: Airport["days"], resamples: number, random: Random, tick: Tick): Range {
  const flights = Int32Array.from(days, day => day.flights);
  const delays = Int32Array.from(days, day => day.totalDelay);
  const means = new Float64Array(resamples);
  for (let i = 0; i < resamples; i++) {
    let count = 0;
    let sum = 0;
    for (let day = 0; day < flights.length; day++) {
      const drawn = random(flights.length);
      count += flights[drawn]!;
      sum += delays[drawn]!;
    }
    means[i] = sum / count;
    tick(i + 1);
  }
  return middle95(means);
}

/** The beginning of a Fisher-Yates shuffle: brings `count` random elements to the front, and gives their sum. */
function shuffleFirst(pool: Int16Array, count: number, random: Random): number {
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const other = i + random(pool.length - i);
    const drawn = pool[other]!;
    pool[other] = pool[i]!;
    pool[i] = drawn;
    sum += drawn;
  }
  return sum;
}

/** What remains of the values when the lowest and the highest 2.5% are cut off. */
function middle95(values: Float64Array): Range {
  const sorted = values.toSorted();
  const cut = Math.round(0.025 * (sorted.length - 1));
  return [sorted[cut]!, sorted[sorted.length - 1 - cut]!];
}
