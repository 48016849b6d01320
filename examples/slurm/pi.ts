/** Estimates pi by throwing darts: many jobs, and one sum. */
import { flow, task } from "heddle";

export const darts = task("darts", { labels: { cpus: 1 } }, (seed: number, count: number): number => {
  let state = seed * 2_654_435_761;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  let inside = 0;
  for (let i = 0; i < count; i += 1) if (next() ** 2 + next() ** 2 < 1) inside += 1;
  return inside;
});

export const pi = flow("pi", async ({ jobs = 4, count = 1_000_000 }: { jobs?: number; count?: number } = {}) => {
  const seeds = Array.from({ length: jobs }, (_, i) => i + 1);
  const inside = await darts.map(
    seeds,
    seeds.map(() => count),
  );
  return (4 * inside.reduce((sum, n) => sum + n, 0)) / (jobs * count);
});

export default pi;
