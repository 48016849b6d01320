/** A promise for each call: what one writes without a library. */
import { add } from "../noop.mjs";

export const from = "node";

export async function graph(build, between) {
  const last = build(async (a, b) => add(await a, await b));
  await between();
  return Promise.all(last);
}
