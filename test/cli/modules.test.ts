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
      /SyntaxError: Unexpected token ';'\n {4}at line 2\n {4}const b = ;\n {4} +\^/,
    ],
    ["an import is missing", `import "./nowhere.mjs";`, /Cannot find module .*nowhere\.mjs/],
    [
      "a task is defined wrongly",
      `import { task } from "heddle";\ntask("x", { retrys: 3 }, () => 1);`,
      /OptionError: task "x": unknown option "retrys"\n {4}at broken\.mjs:2:1\n {2}Did you mean retries\?/,
    ],
    ["it awaits what never comes", "await new Promise(() => {});", /broken\.mjs never finished loading/],
  ])("%s", async (_, text, message) => {
    const { code, stdout, stderr } = await project({ "broken.mjs": text }).heddle("run", "broken.mjs");
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr.match(/heddle: /g)).toHaveLength(1);
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
    expect(unknown.stderr).toContain("Choose one of: inline, threads, processes, mine, sized, broken.");
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
