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
