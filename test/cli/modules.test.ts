import { describe, expect, test } from "vitest";
import { project } from "./rig.ts";

describe("a module that parks", () => {
  test("what it registered before can be run", async () => {
    const made = project({
      "script.mjs": `
        import { flow, task } from "heddle";
        const double = task("double", n => n * 2);
        const report = flow("report", (ns = [1, 2]) => double.map(ns));
        console.log("never printed", await report([1]));
      `,
    });
    for (const more of [[], ["-n", "1"], ["--runner", "processes"]]) {
      expect(await made.heddle("run", "script.mjs", ...more)).toMatchObject({ code: 0, stdout: "[\n  2,\n  4\n]\n" });
    }
    expect(await made.heddle("run", "script.mjs:double", "--input", "4")).toMatchObject({ code: 0, stdout: "8\n" });
  });

  test("a call that parks when all is loaded is told of once", async () => {
    const made = project({
      "stray.mjs": `
        import { flow } from "heddle";
        let go;
        const gone = new Promise(resolve => { go = resolve; });
        const other = flow("other", () => 1);
        setTimeout(() => { other(); other(); go(); }, 300);
        export default flow("waits", async () => { await gone; return "on"; });
      `,
    });
    const { code, stdout, stderr } = await made.heddle("run", "stray.mjs");
    expect({ code, stdout: stdout.trim() }).toEqual({ code: 0, stdout: "on" });
    expect(stderr.match(/other\(…\) at .*stray\.mjs:6:.* it will never settle/g)).toHaveLength(1);
  });

  test("before it defined anything: the line is named", async () => {
    const made = project({
      "early.mjs": `import { flow, run } from "heddle";\nawait run(() => 1);\nexport default flow("late", () => 1);\n`,
    });
    const { code, stderr } = await made.heddle("run", "early.mjs");
    expect(code).toBe(2);
    expect(stderr).toContain("early.mjs has no task or flow, up to where its loading stopped: early.mjs:2:");
    expect(stderr).toContain("where run(…) is called outside a flow");
  });
});

describe("a module that does not load: exit 3 and its own error, once", () => {
  test.each([
    [
      "it throws",
      `function inner() { throw new TypeError("no settings"); }\ninner();`,
      /TypeError: no settings\n {4}at inner \(broken\.mjs:1:\d+\)\n {4}at broken\.mjs:2:1/,
    ],
    [
      "its syntax is wrong",
      "const a = 1;\nconst b = ;",
      /SyntaxError: Unexpected token ';'\n {4}at broken\.mjs:2:11\n {4}const b = ;\n {4} {10}\^\n$/,
    ],
    [
      "an import is missing",
      `import "./nowhere.mjs";`,
      /Cannot find module 'nowhere\.mjs' imported from broken\.mjs\n {4}at broken\.mjs:1:8\n {4}import ".\/nowhere\.mjs";\n {4} {7}\^\n {2}Check the path; it starts at the file that imports\./,
    ],
    ["an import is misspelt", `import "./lib/halper.mjs";`, /\n {2}Did you mean \.\/lib\/helper\.mjs\?\n$/],
    [
      "an import has no ending",
      `import "./lib/helper";`,
      /\n {2}Did you mean \.\/lib\/helper\.mjs\? Imports name files with/,
    ],
    [
      "a package is missing",
      `import { x } from "lodahs/fp";`,
      /Cannot find package 'lodahs' imported from broken\.mjs\n {4}at broken\.mjs:1:19\n(.|\n)*\n {2}Install it in the project: npm install lodahs\n$/,
    ],
    [
      "a name is not exported",
      `import fs from "node:fs";\nimport { fs as one,\n  halp } from "./lib/helper.mjs";`,
      /does not provide an export named '(fs|halp)'\n {4}at broken\.mjs:(2:10|3:3)\n/,
    ],
    [
      "a name is exported under another",
      `import { halp } from "./lib/helper.mjs";`,
      /named 'halp'\n {4}at broken\.mjs:1:10\n {4}import \{ halp \} from "\.\/lib\/helper\.mjs";\n {4} {9}\^\n {2}Did you mean help\?\n$/,
    ],
    [
      "the syntax of what it imports is wrong",
      `import "./lib/broken.mjs";`,
      /broken\.mjs could not be loaded in this process: SyntaxError: .*\n {4}at lib\/broken\.mjs:2:11\n {4}const y = ;\n/,
    ],
    [
      "two targets have one name",
      `import { target } from "heddle/build";\ntarget("a", {}, () => {});\ntarget("a", {}, () => {});`,
      /Two targets are called "a" in broken\.mjs: the first at broken\.mjs:2:1, the second at broken\.mjs:3:1\n {2}Rename/,
    ],
    [
      "a target has no name",
      `import { target } from "heddle/build";\ntarget("", {}, () => {});`,
      /A target was defined without a name at broken\.mjs:2:1\n {2}Give it one: target\("name", \{ inputs, outputs \}, fn\)/,
    ],
    [
      "a task is defined wrongly",
      `import { task } from "heddle";\ntask("x", { retrys: 3 }, () => 1);`,
      /OptionError: task "x": unknown option "retrys"\n {4}at broken\.mjs:2:1\n {2}Did you mean retries\?/,
    ],
    ["it awaits what never comes", "await new Promise(() => {});", /broken\.mjs never finished loading/],
  ])("%s", async (_, text, message) => {
    const { code, stdout, stderr } = await project({
      "broken.mjs": text,
      "lib/helper.mjs": "export const help = 1;",
      "lib/broken.mjs": "const x = 1;\nconst y = ;",
    }).heddle("run", "broken.mjs");
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr.match(/heddle: /g)).toHaveLength(1);
  });
});

describe("a module that is taken for CommonJS says so, and not in Node's words", () => {
  test.each([
    [`import { flow } from "heddle";\nexport default flow("x", () => 1);`],
    [`import { target } from "heddle/build";\ntarget("x", {}, () => 1);`],
  ])("%s", async text => {
    const made = project({ "package.json": '{ "name": "c", "type": "commonjs" }', "own.js": text });
    const { code, stderr } = await made.heddle("run", "own.js");
    expect(code).toBe(3);
    expect(stderr).toMatch(/^heddle: own\.js could not be loaded in this process: SyntaxError: Cannot use import/);
    expect(stderr).toContain('It is taken for CommonJS. Set "type": "module" in its package.json');
  });
});

describe("TypeScript that does not load", () => {
  test.each([
    [
      "its syntax is wrong",
      "const a = (b: ) => b;",
      /SyntaxError: .*\n {4}at own\.ts:1:15\n {4}const a = \(b: \) => b;\n {4} {14}\^\n$/,
    ],
    [
      "a type is imported as a value",
      `import { T } from "./types.ts";\nexport const a = [T];`,
      /named 'T'\n {4}at own\.ts:1:10\n(.|\n)* {2}It is a type, of which nothing is left when the module runs: import type \{ T \}/,
    ],
  ])("%s", async (_, text, message) => {
    const made = project({ "own.ts": text, "types.ts": "export type T = number;" });
    const { code, stderr } = await made.heddle("run", "own.ts");
    expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringMatching(message) });
    expect(stderr).not.toContain("node_modules");
  });
});

describe("the config", () => {
  const files = { "pipeline.mjs": `import { flow } from "heddle"; export default flow("x", () => 1);` };

  test.each([
    ["export default { runer: 1 };", 2, 'heddle.config.mjs: unknown key "runer"\n  Did you mean runner?'],
    ["export default { workers: 0 };", 2, '"workers" is 0'],
    ["export const config = {};", 2, "there is no default export"],
    [
      "throw new Error('config broke');",
      3,
      "heddle.config.mjs could not be loaded in this process: Error: config broke",
    ],
    [`import { run } from "heddle"; await run(() => 1);`, 2, "its loading stopped at heddle.config.mjs:1:"],
  ])("%s", async (text, exit, message) => {
    const { code, stderr } = await project({ ...files, "heddle.config.mjs": text }).heddle("run", "pipeline.mjs");
    expect(stderr).toContain(message);
    expect(code).toBe(exit);
  });

  test("a runner of one's own, by name; one that is unknown; a builder that throws", async () => {
    const made = project({
      "pipeline.mjs": `
        import { flow, task } from "heddle";
        const one = task("one", () => 1);
        export default flow("x", () => one.submit());
      `,
      "heddle.config.mjs": `
        import { defineConfig, defineRunner, inline } from "heddle";
        import { execute } from "heddle/worker";
        export default defineConfig({
          runners: {
            mine: defineRunner({ name: "mine", workers: 1, run: bytes => execute(bytes) }),
            sized: ({ workers }) => inline({ concurrency: workers }),
            broken: () => { throw new RangeError("no address"); },
          },
        });
      `,
    });
    const mine = await made.heddle("run", "pipeline.mjs", "--runner", "mine");
    expect(mine).toMatchObject({ code: 0, stdout: "1\n" });
    expect(mine.stderr).toContain("x · mine");
    expect(await made.heddle("run", "pipeline.mjs", "--runner", "sized", "-n", "3")).toMatchObject({ code: 0 });
    const unknown = await made.heddle("run", "pipeline.mjs", "--runner", "treads");
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain("Choose one of: inline, threads, processes, dask, ray, mine, sized, broken.");
    const broken = await made.heddle("run", "pipeline.mjs", "--runner", "broken");
    expect(broken.code).toBe(2);
    expect(broken.stderr).toContain("RangeError: no address");
  });

  test("defaults reach every task", async () => {
    const made = project({
      "pipeline.mjs": `
        import { context, flow, task } from "heddle";
        const flaky = task("flaky", () => { if (context().attempt < 3) throw new Error("again"); return context().attempt; });
        export default flow("x", () => flaky.submit());
      `,
      "heddle.config.mjs": "export default { defaults: { retries: 2 } };",
    });
    expect(await made.heddle("run", "pipeline.mjs")).toMatchObject({ code: 0, stdout: "3\n" });
  });
});
