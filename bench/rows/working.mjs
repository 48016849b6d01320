/** Rows about calls that take time, on 2 threads. */
import { spin } from "../work.mjs";

/** All inputs at once; gives milliseconds and results. */
export async function together({ call, map }, inputs) {
  const began = performance.now();
  const results = await (map === undefined ? Promise.all(inputs.map(x => call(x))) : map(inputs));
  return { ms: performance.now() - began, results };
}

export const STEPS = 1_500_000;
const right = spin(STEPS);

export function checkSpun(results, calls) {
  if (results.length !== calls || results.some(result => result !== right)) throw new Error("some results are wrong");
}

/** Measures with threads that do this work, and have done some of it to warm up. */
export const onThreads = (work, warmUp, measure, way) => (contender, calls) =>
  contender.places.threads(
    async at => {
      if (warmUp.length > 0) await together(at, warmUp);
      return measure(at, calls);
    },
    { work, way },
  );
