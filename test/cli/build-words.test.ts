/** What is typed, and means no target: what the command line says of it. */
import { describe, expect, test } from "vitest";
import { project } from "./rig.ts";

const MODULE = `
  import { writeFileSync } from "node:fs";
  import { file, target } from "heddle/build";
  const write = (_, { o }) => writeFileSync(o, "x");
  export const clean = target("clean", { inputs: { raw: file("data/raw.csv") }, outputs: { o: file("bld/clean") }, tags: ["quick"] }, write);
  export const plot = target("plot", { inputs: { c: clean.outputs.o }, outputs: { o: file("bld/plot") }, tags: ["art"] }, write);
`;
const FILES = {
  "data/raw.csv": "a",
  "src/my.target.mjs": MODULE,
  "pipe.mjs": `import { flow, task } from "heddle"; export default flow("main", n => n);`,
  "deep/er/notes.txt": "",
};

describe("heddle build", () => {
  test.each([
    [["pipe.mjs"], "pipe.mjs defines no target\n  A flow or task in it is run by heddle run"],
    [["data/raw.csv"], "No target makes data/raw.csv\n  It is an input of clean.\n"],
    [["deep"], "No module in deep defines a target\n  heddle collect shows what there is.\n"],
    [["bld"], "No module in bld defines a target\n  What is made in it is made by clean, plot: name these."],
    [["plto"], 'There is no target "plto", and no module or output of this path\n  Did you mean plot?'],
    [
      ["-k", "clean and plto"],
      'No target is chosen by the expression: none has "plto" in its name or in the path of its module\n  Did you mean plot?',
    ],
    [["-k", "nosuch"], "There are: clean, src/my.target.mjs, plot.\n"],
    [["--tag", "qiuck"], "No target is chosen by the tag qiuck\n  Did you mean quick?"],
    [["--tag", "nosuch"], "Tags are: quick, art.\n"],
    [["-k", "clean and plot"], "No target is chosen by the expression\n  heddle collect shows what there is.\n"],
  ])("%j", async (words, message) => {
    const { heddle } = project({ ...FILES, "bld/notes.txt": "" });
    const { code, stdout, stderr } = await heddle("build", ...words);
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: "", stderr: expect.stringContaining(message) });
  });

  test("says what it looked for where there is no target", async () => {
    const empty = await project().heddle("build");
    expect(empty.stderr).toMatch(/There are no targets in this project: in \/.* is no module called \*\.target\.ts/);
    const module = 'import { target } from "heddle/build"; export const later = () => target("a", {}, () => {});';
    const { code, stderr } = await project({ "a.target.mjs": module }).heddle("build");
    expect(code).toBe(2);
    expect(stderr).toContain("There are no targets in this project: a.target.mjs defines none\n");
    expect(stderr).toContain("is called while a module is loaded");
  });
});

test("paths are from where the user is, and, if there is nothing there, from the root, as they are shown", async () => {
  const { start, folder } = project(FILES);
  const inner = `${folder}/deep/er`;
  const names = async (...words: string[]) => {
    const { stdout, stderr } = await start(["collect", "--json", ...words], { cwd: inner }).ended;
    return stderr === "" ? JSON.parse(stdout).targets.map(({ name }: { name: string }) => name) : stderr;
  };
  expect(await names("../../bld/plot")).toEqual(["plot"]);
  expect(await names("bld/plot")).toEqual(["plot"]);
  expect(await names("src")).toEqual(["clean", "plot"]);
  expect(await names(".")).toContain("No module in . defines a target");
});

test("of targets with one name in several modules, FILE:name is one", async () => {
  const { heddle } = project({ ...FILES, "src/other.target.mjs": MODULE.replaceAll("bld/", "out/") });
  const files = async (command: string, ...words: string[]) => {
    const { stdout, stderr } = await heddle(command, ...words);
    return stderr === "" ? stdout : stderr;
  };
  expect((await files("collect", "plot")).match(/plot/g)).toHaveLength(2);
  expect(await files("collect", "src/other.target.mjs:plot")).toMatch(
    /^src\/other\.target\.mjs\n {2}plot {2}#art\n\n1 target/,
  );
  expect(await files("graph", "--format", "text", "--no-files", "src/other.target.mjs:plot")).toBe(
    "plot  would run\n└─ clean  would run\n",
  );
  expect(await files("build", "src/other.target.mjs:plto")).toContain("There is no target");
});

describe("heddle run", () => {
  test.each([
    [
      "src/my.target.mjs",
      "src/my.target.mjs has no task or flow, but targets, which are built and not run: clean, plot\n  Build them: heddle build src/my.target.mjs\n",
    ],
    [
      "src/my.target.mjs:clean",
      "clean in src/my.target.mjs is a target, which is built and not run\n  Build it: heddle build clean\n",
    ],
    [".", ". is a folder, not a file\n  Name a module in it. This folder holds: pipe.mjs\n"],
    ["src", "src is a folder, not a file\n  Name a module in it. src holds: my.target.mjs\n"],
    ["data", "data is a folder, not a file\n  Name a module with tasks and flows; none lies in it.\n"],
  ])("%s", async (word, message) => {
    const { code, stdout, stderr } = await project(FILES).heddle("run", word);
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: "", stderr: `heddle: ${message}` });
  });

  test("takes the flow of a module that has targets too", async () => {
    const both = `${MODULE} import { flow } from "heddle"; export const f = flow("f", () => "ran");`;
    expect(await project({ ...FILES, "src/my.target.mjs": both }).heddle("run", "src/my.target.mjs")).toMatchObject({
      code: 0,
      stdout: "ran\n",
    });
  });
});
