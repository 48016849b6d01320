/** Options that calls have of their own are forgotten with them: a worker's run has millions of such calls. */

import { run, task } from "heddle";
import { expect, test } from "vitest";
import { collectGarbage } from "../garbage.ts";

const same = task("same", (value: number) => value);

test("what `with` gives can be collected once its call has ended, while the flow goes on", async () => {
  const left = await run(async () => {
    const given: WeakRef<object>[] = [];
    for (let n = 0; n < 200; n++) {
      const limits = { onSuccess: () => {} };
      given.push(new WeakRef(limits.onSuccess));
      await same.with(limits).submit(n);
    }
    await collectGarbage();
    return given.filter(each => each.deref() !== undefined).length;
  });
  expect(left).toBeLessThan(20);
});
