/** The graph as typed arrays: each call's two inputs, consumers and count of what it waits for; run in order of readiness. */
import { add } from "../noop.mjs";

export const from = "node";

export async function graph(build, between, calls, width) {
  const left = new Int32Array(calls);
  const right = new Int32Array(calls);
  const unmet = new Uint8Array(calls);
  const consumers = new Int32Array(calls).fill(-1);
  const next = new Int32Array(2 * calls);
  const values = new Int32Array(calls);
  let made = 0;
  const link = (input, edge) => {
    if (input < 0) return;
    next[edge] = consumers[input];
    consumers[input] = edge;
    unmet[edge >> 1]++;
  };
  // Inputs that are values are told from nodes by their sign.
  const last = build(
    (a, b) => {
      const node = made++;
      left[node] = a;
      right[node] = b;
      link(a, 2 * node);
      link(b, 2 * node + 1);
      return node;
    },
    constant => ~constant,
  );
  await between();
  const ready = new Int32Array(calls);
  let end = 0;
  for (let node = 0; node < calls && node < width; node++) ready[end++] = node;
  const valueAt = input => (input < 0 ? ~input : values[input]);
  for (let at = 0; at < end; at++) {
    const node = ready[at];
    values[node] = add(valueAt(left[node]), valueAt(right[node]));
    for (let edge = consumers[node]; edge !== -1; edge = next[edge])
      if (--unmet[edge >> 1] === 0) ready[end++] = edge >> 1;
  }
  return last.map(node => values[node]);
}
