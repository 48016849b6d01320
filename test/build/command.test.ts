/** `heddle build` as users meet it, and what only a new process sees: code that was edited, a project that was moved. */
import { cpSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { project } from "../cli/rig.ts";

const FILES = {
  "src/text.mjs": `
    export const loud = text => text.toUpperCase();
    export const quiet = text => text.toLowerCase();
  `,
  "a.target.mjs": `
    import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
    import { file, target } from "heddle/build";
    import { loud, quiet } from "./src/text.mjs";
    const tell = text => appendFileSync(import.meta.dirname + "/told", text + "\\n");
    export const up = target("up", { inputs: { i: file("in") }, outputs: { o: file("bld/up") } },
      ({ i }, { o }) => { tell("up"); writeFileSync(o, loud(readFileSync(i, "utf8"))); });
    export const down = target("down", { inputs: { i: file("in") }, outputs: { o: file("bld/down") } },
      ({ i }, { o }) => { tell("down"); writeFileSync(o, quiet(readFileSync(i, "utf8"))); });
    export const part = target("part", k => ({ inputs: { k }, outputs: { o: file("bld/" + k) } }), ({ k }, { o }) => { tell("part " + k); writeFileSync(o, String(k)); });
    for (const year of [2024]) part(year);
    for (const id of ["x"]) target("many", { id, outputs: { o: file("bld/" + id) } }, (_, { o }) => { tell("many"); writeFileSync(o, "many"); });
  `,
  in: "Text",
};

test("code counts by what each target can reach, and the project may move", async () => {
  const { folder, write, heddle, start } = project(FILES);
  const build = async (...args: string[]) => {
    const before = told().length;
    const { code, stderr } = await heddle("build", ...args);
    return { code, stderr, told: told().slice(before).sort() };
  };
  const told = () => {
    try {
      return readFileSync(join(folder, "told"), "utf8").split("\n").filter(Boolean);
    } catch {
      return [];
    }
  };
  const cold = await build("-n", "2");
  expect(cold).toMatchObject({ code: 0, told: ["down", "many", "part 2024", "up"] });
  expect(cold.stderr).toMatch(/✓ build completed .* 4 targets/);

  write({
    "src/text.mjs": FILES["src/text.mjs"].replace("text.toUpperCase()", '(text + "!").toUpperCase()'),
    "a.target.mjs": FILES["a.target.mjs"]
      .replace("[2024]", "[2024, 2025]")
      .replace('["x"]', '["x", "y"]')
      .replace('tell("down");', '/* a comment */ tell("down");'),
  });
  expect(await build()).toMatchObject({ code: 0, told: ["many", "part 2025", "up"] });

  const moved = `${folder}-moved`;
  onTestFinished(() => rmSync(moved, { recursive: true, force: true }));
  cpSync(folder, moved, { recursive: true, verbatimSymlinks: true });
  const { stderr, code } = await start(["build"], { cwd: moved }).ended;
  expect([code, stderr]).toEqual([0, expect.stringMatching(/6 targets, all fresh/)]);
});

test("exit codes tell what went wrong", async () => {
  const { heddle, write } = project({
    "bad.target.mjs": `
      import { file, target } from "heddle/build";
      target("fails", {}, () => { throw new Error("no luck"); });
      target("x", { inputs: { i: file("bld/y") }, outputs: { o: file("bld/x") } }, () => {});
    `,
  });
  const [graph, unknown, runner] = await Promise.all([
    heddle("build"),
    heddle("build", "fials"),
    heddle("build", "--runner", "moon"),
  ]);
  expect([graph.code, graph.stderr]).toEqual([
    4,
    expect.stringContaining("x reads bld/y, which is not there, and no target makes it"),
  ]);
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining("Did you mean fails?")]);
  expect([runner.code, runner.stderr]).toEqual([
    2,
    expect.stringContaining("Choose one of: inline, threads, processes"),
  ]);
  const failed = await heddle("build", "fails");
  expect([failed.code, failed.stderr]).toEqual([1, expect.stringContaining("no luck")]);
  write({ "bad.target.mjs": "import './nowhere.mjs';" });
  expect((await heddle("build")).code).toBe(3);
});
