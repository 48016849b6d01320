import { perCall } from "../units.mjs";

/** The rows, in the order in which they are shown. */
export const names = [
  "inline-mapped",
  "inline-growth",
  "inline-iterator",
  "threads-mapped",
  "threads-growth",
  "threads-in-flight",
  "threads-tail",
  "threads-idle",
  "threads-64mb",
  "threads-64mb-shared",
  "threads-64mb-move",
  "threads-64mb-chain",
  "live-bytes",
  "threads-compute",
  "threads-depth",
  "threads-skewed",
  "threads-fair",
  "threads-short",
  "processes-mapped",
  "processes-in-flight",
  "processes-tail",
  "processes-idle",
  "first-threads",
  "first-processes",
  "run-js",
  "run-ts",
  "run-threads",
  "graph",
  "keys-primitives",
  "keys-object",
  "keys-array",
  "keys-nodes",
  "cache-hits",
  "cache-hit-one",
  "cache-cold",
  "cache-choose",
  "cache-choose-warm",
  "cache-open",
  "cache-start",
  "build-wide",
  "build-chain",
  "build-layered",
  "build-cold",
  "build-edit",
  "jobs-embedded",
  "jobs-embedded-1ms",
  "jobs-redis",
  "jobs-redis-1ms",
  "redis-mapped",
  "redis-1ms",
  "dask-mapped",
  "dask-kept",
  "dask-idle",
  "dask-1ms",
  "dask-200mb",
  "ray-mapped",
  "ray-idle",
  "ray-1ms",
];

/** A contender is a function that loads it, or that and `most`, how many calls it makes at most. */
export async function loadRow(name) {
  const { default: row } = await import(new URL(`./${name}.mjs`, import.meta.url).href);
  const contenders = Object.entries(row.contenders).map(([who, one]) => [
    who,
    typeof one === "function" ? { load: one } : one,
  ]);
  const order = contenders.map(([who]) => who);
  return { name, rounds: 5, unit: perCall, of: "calls", ...row, order, contenders: Object.fromEntries(contenders) };
}
