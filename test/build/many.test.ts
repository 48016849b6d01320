import { expect, test } from "vitest";
import { HEAD, targetProject } from "./rig.ts";

const COUNT = 10_000;

test("a chain of 10,000 targets, and a wide layer behind its end", async () => {
  const { build, write, read } = targetProject({
    "t.target.mjs": `${HEAD}
      const link = target("link", k => ({ inputs: { i: file(k === 0 ? "raw" : "bld/" + (k - 1)) }, outputs: { o: file("bld/" + k) } }),
        ({ i }, { o }) => writeFileSync(o, readFileSync(i)));
      for (let k = 0; k < ${COUNT}; k += 1) link(k);
      const leaf = target("leaf", k => ({ inputs: { last: file("bld/${COUNT - 1}"), k }, outputs: { o: file("bld/leaf" + k) } }),
        ({ last, k }, { o }) => writeFileSync(o, readFileSync(last, "utf8") + k));
      for (let k = 0; k < 100; k += 1) leaf(k);
    `,
    raw: "a",
  });
  expect((await build()).counts).toEqual({ completed: COUNT + 100 });
  expect([read(`bld/${COUNT - 1}`), read("bld/leaf99")]).toEqual(["a", "a99"]);
  expect((await build()).counts).toEqual({ fresh: COUNT + 100 });
  write({ [`bld/${COUNT - 2}`]: "edited" });
  expect((await build()).counts).toEqual({ completed: 1, fresh: COUNT + 99 });
}, 300_000);
