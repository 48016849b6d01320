/** Folders that are read as a whole. */
import { expect, test } from "vitest";
import { HEAD, targetProject } from "./rig.ts";

test("a folder is looked at anew when targets have made something below it", async () => {
  const { build, write, read } = targetProject({
    "t.target.mjs": `${HEAD}
      export const one = target("one", { inputs: { raw: file("raw") }, outputs: { o: file("bld/deep/one") } },
        ({ raw }, { o }) => { tell("one"); writeFileSync(o, readFileSync(raw)); });
      export const all = target("all", { inputs: { all: dir("bld") }, outputs: { o: file("out/all") } },
        ({ all }, { o }) => { tell("all"); writeFileSync(o, readFileSync(all + "/deep/one")); });
    `,
    raw: "a",
  });
  expect((await build()).states).toEqual({ one: "completed", all: "completed" });
  expect((await build()).states).toEqual({ one: "fresh", all: "fresh" });
  write({ raw: "b" });
  expect((await build()).told).toEqual(["all", "one"]);
  expect(read("out/all")).toBe("b");
  expect((await build()).states).toEqual({ one: "fresh", all: "fresh" });
});

test("what a dead attempt has left in a folder does not count", async () => {
  const { build, write } = targetProject({
    "t.target.mjs": `${HEAD}
      export const all = target("all", { inputs: { all: dir("bld"), parts: dir("bld").files } }, ({ parts }) => parts.length);
    `,
    "bld/a": "a",
  });
  expect((await build()).states).toEqual({ all: "completed" });
  write({ "bld/.heddle-stage/run.1/a": "half", "bld/deep/.heddle-stage/run.1/b": "half" });
  expect((await build()).states).toEqual({ all: "fresh" });
});
