/** Loops that share an iterator, each with a promise a call. */
import { noop } from "../noop.mjs";

export const from = "node";

const AT_ONCE = 1_000;
const call = async x => noop(x);

export const places = {
  inline: measure =>
    measure({
      over: async (inputs, take) => {
        const lane = async () => {
          for (const input of inputs) take(await call(input));
        };
        await Promise.all(Array.from({ length: AT_ONCE }, lane));
      },
    }),
};
