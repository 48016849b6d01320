/** `examples/choose`, so that every supported version of Node can load it. */
import { flow, inline, run } from "heddle";

export const from = "heddle";

const choose = flow("choose", { cache: true }, async (n, k) => {
  if (k === 0 || k === n) return 1n;
  const [without, with_] = await Promise.all([choose.submit(n - 1, k), choose.submit(n - 1, k - 1)]);
  return without + with_;
});

export const within = (store, n, k) => run({ store, runner: inline() }, () => choose(n, k));
