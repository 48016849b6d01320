/**
 * The ways of making calls that rows measure. Each gives milliseconds and checks the results, so that nobody is fast by
 * doing nothing.
 */

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
  return { ms };
}

/** Over an iterator; results are taken as they come, and not kept. */
export async function iterated({ over }, calls) {
  let sum = 0;
  const began = performance.now();
  await over(upTo(calls), x => {
    sum += x;
  });
  const ms = performance.now() - began;
  check(sum, calls);
  return { ms };
}

function* upTo(calls) {
  for (let i = 0; i < calls; i++) yield i;
}

/** One by one, 1,000 under way at any time, each awaited by whoever made it. */
export async function inFlight({ call, ahead }, calls) {
  const began = performance.now();
  const sum = await (ahead === undefined ? lanes(call, calls) : ahead(calls, AT_ONCE));
  const ms = performance.now() - began;
  check(sum, calls);
  return { ms };
}

/** The same, with how long each call took, from when it was made until its result was there. */
export async function timed({ call, ahead }, calls) {
  const took = [];
  const each = async x => {
    const began = performance.now();
    const result = await call(x);
    took.push(performance.now() - began);
    return result;
  };
  const sum = await (ahead === undefined ? lanes(each, calls) : ahead(calls, AT_ONCE, ms => took.push(ms)));
  check(sum, calls);
  took.sort((a, b) => a - b);
  const at = share => took[Math.min(took.length - 1, Math.floor(took.length * share))];
  return { value: at(0.99), columns: { median: at(0.5), longest: took.at(-1) } };
}

/** One after the other, so that each finds an idle worker. */
export async function idle({ call }, calls) {
  let sum = 0;
  const began = performance.now();
  for (let i = 0; i < calls; i++) sum += await call(i);
  const ms = performance.now() - began;
  check(sum, calls);
  return { ms };
}

const AT_ONCE = 1_000;

export async function lanes(call, calls, atOnce = AT_ONCE) {
  let next = 0;
  let sum = 0;
  const lane = async () => {
    while (next < calls) {
      const result = await call(next++);
      sum += result;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return sum;
}

function check(sum, calls) {
  if (sum !== (calls * (calls - 1)) / 2) throw new Error(`the results of ${calls} calls are wrong`);
}

/** An array of 64 MB, there and back, one call after the other; `own` makes it what the contender carries. */
export async function carried({ call, own = array => array }, calls) {
  const array = own(ones());
  const began = performance.now();
  for (let i = 0; i < calls; i++) checkArray(await call(array));
  return { ms: performance.now() - began };
}

/** The same, in which each call is given what the one before it gave: it may be given away. */
export async function handedOn({ call }, calls) {
  let array = ones();
  const began = performance.now();
  for (let i = 0; i < calls; i++) {
    array = await call(array);
    checkArray(array);
  }
  return { ms: performance.now() - began };
}

/** The same, through five calls each time, of which only the last one's result is looked at. */
export async function chained({ call, chain }, calls) {
  const array = ones();
  const through = chain ?? (async given => call(await call(await call(await call(await call(given))))));
  const began = performance.now();
  for (let i = 0; i < calls; i++) checkArray(await through(array));
  return { ms: performance.now() - began };
}

const LENGTH = 2 ** 23;

function ones() {
  return new Float64Array(LENGTH).fill(1);
}

function checkArray(array) {
  if (array.length !== LENGTH || array[LENGTH - 1] !== 1) throw new Error("the array came back as another");
}

/** Calls that compute for a millisecond, all at once. */
export async function computed({ map }, calls) {
  const inputs = Array.from({ length: calls }, () => 1);
  const began = performance.now();
  const results = await map(inputs);
  const ms = performance.now() - began;
  if (results.length !== calls || results.some(result => result !== 1)) throw new Error("some results are wrong");
  return { ms };
}

/** All at once, over an array; the results are fetched when the clock has stopped. */
export async function kept({ keep }, calls) {
  const inputs = Array.from({ length: calls }, (_, i) => i);
  const began = performance.now();
  const bring = await keep(inputs);
  const ms = performance.now() - began;
  const results = await bring();
  check(
    results.reduce((sum, x) => sum + x, 0),
    calls,
  );
  return { ms };
}

/** One after the other: two arrays of 100 MiB are made by calls, and are the inputs of a third. */
export async function passedOn({ handOn }, calls) {
  const began = performance.now();
  for (let i = 0; i < calls; i++) {
    const [length, sum] = await handOn();
    if (length !== 200 * 2 ** 20 || sum !== 3) throw new Error("a result is wrong");
  }
  return { ms: performance.now() - began };
}
