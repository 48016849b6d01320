import pLimit from "p-limit";
import { noop } from "../noop.mjs";

export const from = "p-limit";

export const places = {
  inline: measure => {
    const limit = pLimit(Number.POSITIVE_INFINITY);
    return measure({ call: x => limit(noop, x) });
  },
};
