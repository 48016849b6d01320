import { expect, test } from "vitest";
import { targetProject } from "./targets.ts";

const FILES = {
  "data/raw.csv": "a",
  "my.target.mjs": `
    export const clean = target("clean", { inputs: { raw: file("data/raw.csv") }, outputs: { o: file("bld/clean") } }, copy);
    target("plot", { inputs: { c: clean.outputs.o }, outputs: { o: file("bld/plot") } }, copy);
    target("off", { outputs: { o: file("bld/off") }, skip: true }, copy);
  `,
};

test("after an edit the present state is recorded, nothing runs, and the next build finds all fresh", async () => {
  const { heddle, write, read } = targetProject(FILES);
  await heddle("build");
  write({ "data/raw.csv": "b", "bld/plot": "mine" });
  expect(await heddle("accept")).toMatchObject({ code: 0, out: "  clean\n  plot\n2 targets accepted\n" });
  expect((await heddle("build", "--json")).out).toMatch(/"counts":\{"fresh":2,"skipped":1\}/);
  expect([read("bld/clean"), read("bld/plot")]).toEqual(["a", "mine"]);
  expect((await heddle("accept")).out).toBe("Everything is fresh already.\n");
});

test("only what was named, and not what it needs", async () => {
  const { heddle, write } = targetProject(FILES);
  await heddle("build");
  write({ "data/raw.csv": "b", "bld/plot": "mine" });
  expect(JSON.parse((await heddle("accept", "plot", "--json")).out)).toEqual({ accepted: ["plot"] });
  expect((await heddle("build", "--dry-run", "clean")).out).toMatch(/^▸ clean {2}would run/);
});

test("what was never built, but is there", async () => {
  const { heddle } = targetProject({ ...FILES, "bld/clean": "by hand", "bld/plot": "by hand" });
  expect((await heddle("accept")).out).toMatch(/2 targets accepted/);
  expect((await heddle("build", "--dry-run")).out).toMatch(/2 fresh/);
});

test("nothing, if a file is not there", async () => {
  const { heddle, remove } = targetProject(FILES);
  await heddle("build");
  remove("bld/plot");
  expect(await heddle("accept")).toMatchObject({
    code: 4,
    err: expect.stringContaining("plot cannot be accepted: its output bld/plot is not there"),
  });
  expect((await heddle("build", "--dry-run")).out).toMatch(/▸ plot {2}would run {2}the output bld\/plot is missing/);
});
