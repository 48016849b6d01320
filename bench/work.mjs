/** Work for calls that are to take time. */

/** Computes: the same work wherever it is done, some 1.3 ns a step. */
export function spin(steps) {
  let state = steps | 0;
  for (let i = 0; i < steps; i++) state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
  return state;
}

/** Keeps a core busy for so many milliseconds. */
export function busy(ms) {
  const end = performance.now() + ms;
  while (performance.now() < end);
  return ms;
}

/** Most of them short, a few of them very long: a Pareto distribution, the same in each run, of 2 ms on average. */
export function heavyTailed(count) {
  let state = 42;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 1) / 2 ** 32;
  };
  return Array.from({ length: count }, () => Math.min(0.6 / next() ** (1 / 1.2), 200));
}

/** When all is done if whoever is free takes the next one at once. */
export function greedy(durations, workers) {
  const free = new Array(workers).fill(0);
  for (const duration of durations) free[free.indexOf(Math.min(...free))] += duration;
  return Math.max(...free);
}
