/** Rows about choose(n, n / 2), a flow that calls itself: n is twice the root of the number of calls. */
import { join } from "node:path";
import { whole } from "../units.mjs";

const sizes = calls => {
  const half = Math.round(Math.sqrt(calls));
  return [2 * half, half];
};

function expected(n, k) {
  let value = 1n;
  for (let i = 1n; i <= k; i++) value = (value * BigInt(n - Number(i) + 1)) / i;
  return value;
}

async function measure({ within }, calls, store) {
  const [n, k] = sizes(calls);
  const began = performance.now();
  const value = await within(store, n, k);
  const ms = performance.now() - began;
  if (value !== expected(n, k)) throw new Error(`choose(${n}, ${k}) is wrong: ${value}`);
  return { ms };
}

export const choose = row => ({
  calls: 2_500,
  contenders: {
    heddle: () => import("../peers/cached/choose.mjs"),
    floor: () => import("../floors/choose.mjs"),
  },
  floor: "a table of promises",
  unit: whole,
  ...row,
});

export const cold = (contender, calls, folder) => measure(contender, calls, join(folder, `cold-${process.pid}`));
export const warm = (contender, calls, folder) => measure(contender, calls, join(folder, "warm"));
