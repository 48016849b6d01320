import PQueue from "p-queue";
import { noop } from "../noop.mjs";

export const from = "p-queue";

export const places = {
  inline: measure => {
    const queue = new PQueue({ concurrency: Number.POSITIVE_INFINITY });
    return measure({ call: x => queue.add(() => noop(x)) });
  },
};
