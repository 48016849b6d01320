/** The ways of making calls that rows measure. Each checks the results, so that nobody is fast by doing nothing. */

/** All at once, over an array; then all are awaited. */
export async function mapped({ call, map }, calls) {
  const inputs = Array.from({ length: calls }, (_, i) => i);
  const began = performance.now();
  const results = await (map === undefined ? Promise.all(inputs.map(x => call(x))) : map(inputs));
  const ms = performance.now() - began;
  check(
    results.reduce((sum, x) => sum + x, 0),
    calls,
  );
  return ms;
}

/** One by one, 1,000 under way at any time, each awaited by whoever made it. */
export async function inFlight({ call, stream }, calls) {
  const began = performance.now();
  const sum = await (stream === undefined ? lanes(call, calls) : stream(calls, 1_000));
  const ms = performance.now() - began;
  check(sum, calls);
  return ms;
}

/** One after the other, so that each finds an idle worker. */
export async function idle({ call }, calls) {
  let sum = 0;
  const began = performance.now();
  for (let i = 0; i < calls; i++) sum += await call(i);
  const ms = performance.now() - began;
  check(sum, calls);
  return ms;
}

async function lanes(call, calls) {
  let next = 0;
  let sum = 0;
  const lane = async () => {
    while (next < calls) {
      const result = await call(next++);
      sum += result;
    }
  };
  await Promise.all(Array.from({ length: 1_000 }, lane));
  return sum;
}

function check(sum, calls) {
  if (sum !== (calls * (calls - 1)) / 2) throw new Error(`the results of ${calls} calls are wrong`);
}

/** An array of 64 MB, there and back, one call after the other; `own` makes it what the contender carries. */
export async function carried({ call, own = array => array }, calls) {
  const length = 2 ** 23;
  const array = own(new Float64Array(length).fill(1));
  const began = performance.now();
  for (let i = 0; i < calls; i++) {
    const back = await call(array);
    if (back.length !== length || back[length - 1] !== 1) throw new Error("the array came back as another");
  }
  return performance.now() - began;
}
