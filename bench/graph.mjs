/** A graph of layers: each call takes its neighbour's and its own place of the layer before; the first takes numbers. */
export const WIDTH = 1_000;

/** Makes `calls` calls with `call(a, b)`; gives those of the last layer. `constant` marks an input that is no call. */
export function layers(calls, width, call, constant = x => x) {
  let layer = Array.from({ length: width }, (_, i) => constant(i));
  for (let made = 0; made < calls; made += width) {
    const next = new Array(width);
    for (let i = 0; i < width; i++) next[i] = call(layer[i], layer[(i + 1) % width]);
    layer = next;
  }
  return layer;
}

/** What the last layer must give. */
export function expected(calls, width) {
  let layer = Int32Array.from({ length: width }, (_, i) => i);
  for (let made = 0; made < calls; made += width) layer = layer.map((x, i) => (x + layer[(i + 1) % width]) | 0);
  return layer;
}
