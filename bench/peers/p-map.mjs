import pMap, { pMapIterable } from "p-map";
import { noop } from "../noop.mjs";

export const from = "p-map";

export const places = {
  inline: measure =>
    measure({
      map: inputs => pMap(inputs, noop),
      over: async (inputs, take) => {
        for await (const value of pMapIterable(inputs, noop, { concurrency: 1_000, preserveOrder: false })) take(value);
      },
    }),
};
