/** All arrays in this thread, and added up in place. */
export const from = "node";

export async function reduced(calls) {
  let level = Array.from({ length: calls }, (_, x) => new Float64Array(2 ** 20).fill(x));
  while (level.length > 1) {
    level = Array.from({ length: level.length / 2 }, (_, i) => {
      const [a, b] = [level[2 * i], level[2 * i + 1]];
      for (let at = 0; at < a.length; at++) a[at] += b[at];
      return a;
    });
  }
  return level[0];
}
