/**
 * How many ways there are to choose k of n, by Pascal's rule: each number is the sum of two others. Written down as it
 * is, a plain recursive function would make 2^100 calls for choose(100, 50); with the cache each of the 2,600 different
 * ones is made once.
 */
import { flow } from "heddle";

export const choose = flow("choose", { cache: true }, async (n: number, k: number): Promise<bigint> => {
  if (k < 0 || k > n) throw new RangeError(`choose(${n}, ${k}): k must be from 0 to n`);
  if (k === 0 || k === n) return 1n;
  const [without, with_] = await Promise.all([choose.submit(n - 1, k), choose.submit(n - 1, k - 1)]);
  return without + with_;
});

export default choose;
