/**
 * What the figures of a row are in: `name` heads the column, `of` makes the figure of a measurement, `more` is set where
 * more is better; the rest is how a verdict speaks of it. A ratio is above 1 where heddle is better, in every unit.
 */
const times = { ahead: "as fast as the fastest peer", behind: "slower than", floor: "the floor's time" };
const goodness = { ahead: "as good as the best peer", behind: "worse than", floor: "the floor's figure" };

export const perCall = { ...times, name: "µs a call", of: ({ ms, count }) => (ms * 1_000) / count };
/** For what is about a whole, such as the start of a run. */
export const whole = { ...times, name: "ms", of: ({ ms }) => ms };
export const tail = { ...times, name: "ms, 99th percentile" };
export const memory = { ...goodness, name: "MB", of: ({ peak }) => peak / 1e6 };
/** The share of the time that would do if nothing was lost. */
export const efficiency = { ...goodness, name: "of the ideal", more: true };
/** How many times what would do. */
export const excess = { ...goodness, name: "x the ideal" };

export function figureOf(unit, measured) {
  return measured.value ?? unit.of(measured);
}
