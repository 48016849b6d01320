import PQueue from "p-queue";
import { noop } from "../noop.mjs";

export const from = "p-queue";

export const places = {
  inline: (measure, { way }) => {
    if (way === "iterated") return measure({ over });
    const queue = new PQueue({ concurrency: Number.POSITIVE_INFINITY });
    return measure({ call: x => queue.add(() => noop(x)) });
  },
};

async function over(inputs, take) {
  const queue = new PQueue({ concurrency: 1_000 });
  for (const input of inputs) {
    await queue.onSizeLessThan(1);
    queue.add(() => noop(input)).then(take);
  }
  await queue.onIdle();
}
