import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { project } from "./rig.ts";

const PIPELINE = `
  import { flow, task } from "heddle";
  export const double = task("double", n => { console.log("doubling", n); return n * 2; });
  export const broken = task("broken", n => { console.log("on stdout"); console.error("on stderr"); throw new TypeError("no " + n); });
  export default flow("doubles", (ns = [1, 2]) => double.map(ns));
  export const several = flow("several", (...all) => all);
  export const words = flow("words", () => "two\\nlines");
  export const nothing = flow("nothing", () => undefined);
  export const map = flow("map", () => new Map([["a", 1n]]));
  const prints = task("prints", n => { for (let i = 0; i < n; i++) console.log("line", i); });
  export const loud = flow("loud", () => prints.submit(9000));
  export const failing = flow("failing", () => broken.submit(1));
`;

const pipeline = () => project({ "pipeline.mjs": PIPELINE });

describe("results", () => {
  test("JSON on stdout, progress on stderr", async () => {
    const { code, stdout, stderr } = await pipeline().heddle("run", "pipeline.mjs");
    expect({ code, stdout }).toEqual({ code: 0, stdout: "[\n  2,\n  4\n]\n" });
    expect(stderr).toContain("doubles completed");
  });

  test.each([
    [["pipeline.mjs", "--input", "[5]"], "[\n  10\n]\n"],
    [["pipeline.mjs:several", "--args", '[1, {"a": null}]'], '[\n  1,\n  {\n    "a": null\n  }\n]\n'],
    [["./pipeline.mjs:double", "--input", "4"], "8\n"],
    [["pipeline.mjs:words"], "two\nlines\n"],
    [["pipeline.mjs:nothing"], ""],
    [["pipeline.mjs:map"], "Map(1) { 'a' => 1n }\n"],
  ])("%j", async (args, stdout) => {
    expect(await pipeline().heddle("run", ...args)).toMatchObject({ code: 0, stdout });
  });

  test.each(["inline", "threads", "processes"])("the same on %s", async runner => {
    const { code, stdout, stderr } = await pipeline().heddle("run", "pipeline.mjs", "--runner", runner, "-n", "2");
    expect({ code, stdout }).toEqual({ code: 0, stdout: "[\n  2,\n  4\n]\n" });
    expect(stderr).toContain(runner);
  });

  test("TypeScript, and a project whose config is TypeScript too", async () => {
    const made = project({
      "pipeline.ts": `
        import { flow, task } from "heddle";
        import { factor } from "./factor.ts";
        const scale = task("scale", (n: number): number => n * factor);
        export default flow("scaled", (ns: number[] = [1, 2]) => scale.map(ns));
      `,
      "factor.ts": "export const factor: number = 10;",
      "heddle.config.ts": `
        import { defineConfig } from "heddle";
        export default defineConfig({ runner: "threads", workers: 1 });
      `,
    });
    const { code, stdout, stderr } = await made.heddle("run", "pipeline.ts");
    expect({ code, stdout }).toEqual({ code: 0, stdout: "[\n  10,\n  20\n]\n" });
    expect(stderr).toContain("threads");
  });
});

describe("failures", () => {
  test("exit 1, the error once, with what the call printed", async () => {
    const { code, stdout, stderr } = await pipeline().heddle("run", "pipeline.mjs:failing", "--reporter", "quiet");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr.match(/TypeError: no 1/g)).toHaveLength(1);
    expect(stderr).toContain("pipeline.mjs:4:");
    expect(stderr).toContain("on stdout");
    expect(stderr).toContain("on stderr");
  });

  test.each([
    ["no", false, false],
    ["stdout", true, false],
    ["stderr", false, true],
    ["all", true, true],
  ])("--show-capture %s", async (what, stdoutShown, stderrShown) => {
    const { stderr } = await pipeline().heddle("run", "pipeline.mjs:failing", "--show-capture", what);
    expect({ stdout: stderr.includes("on stdout"), stderr: stderr.includes("on stderr") }).toEqual({
      stdout: stdoutShown,
      stderr: stderrShown,
    });
  });

  test("--continue finishes what was submitted", async () => {
    const made = project({
      "pipeline.mjs": `
        import { appendFileSync } from "node:fs";
        import { flow, task } from "heddle";
        const mark = task("mark", n => appendFileSync("marks", n + "\\n"));
        export default flow("stops", () => { mark.map([1, 2, 3]); throw new Error("at once"); });
      `,
    });
    const marks = () =>
      existsSync(path.join(made.folder, "marks")) ? readFileSync(path.join(made.folder, "marks"), "utf8") : "";
    expect((await made.heddle("run", "pipeline.mjs")).code).toBe(1);
    expect(marks()).toBe("");
    expect((await made.heddle("run", "pipeline.mjs", "--continue")).code).toBe(1);
    expect(marks().split("\n").sort().join("")).toBe("123");
  });

  test("a flow that waits for nothing says so", async () => {
    const made = project({
      "pipeline.mjs": `import { flow } from "heddle"; export default flow("waits", () => new Promise(() => {}));`,
    });
    const { code, stderr } = await made.heddle("run", "pipeline.mjs");
    expect(code).toBe(1);
    expect(stderr).toContain('The flow "waits" had not ended when nothing was left to do');
  });
});

describe("--json", () => {
  test("a call that says much at once swallows nothing", async () => {
    const { code, stdout } = await pipeline().heddle("run", "pipeline.mjs:loud", "--json");
    const events = stdout
      .trimEnd()
      .split("\n")
      .map(line => JSON.parse(line) as { type: string; text?: string });
    const text = events.flatMap(event => (event.type === "output" ? [event.text] : [])).join("");
    expect([code, text]).toEqual([0, Array.from({ length: 9000 }, (_, i) => `line ${i}\n`).join("")]);
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(["runStarted", "submitted", "completed", "runEnded"]),
    );
  });

  const linesOf = (text: string) =>
    text
      .trimEnd()
      .split("\n")
      .map(line => JSON.parse(line));

  test("events on stdout, the result last, nothing on stderr", async () => {
    const { code, stdout, stderr } = await pipeline().heddle("run", "pipeline.mjs", "--json");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const lines = linesOf(stdout);
    expect(lines[0]).toMatchObject({ type: "runStarted", flow: "doubles" });
    expect(lines.at(-2)).toMatchObject({ type: "runEnded", state: "completed" });
    expect(lines.at(-1)).toEqual({ type: "result", ok: true, exitCode: 0, value: [2, 4] });
    expect(lines.filter(({ type }) => type === "output").map(({ text }) => text)).toEqual([
      "doubling 1\n",
      "doubling 2\n",
    ]);
  });

  test("a value that JSON cannot hold is shown", async () => {
    const { stdout } = await pipeline().heddle("run", "pipeline.mjs:map", "--json");
    expect(linesOf(stdout).at(-1)).toEqual({ type: "result", ok: true, exitCode: 0, shown: "Map(1) { 'a' => 1n }" });
  });

  test("a failure", async () => {
    const { code, stdout, stderr } = await pipeline().heddle("run", "pipeline.mjs:failing", "--json");
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(linesOf(stdout).at(-1)).toMatchObject({
      type: "result",
      ok: false,
      exitCode: 1,
      error: { name: "TypeError", message: "no 1" },
    });
  });
});

describe("the run's log", () => {
  test("is kept under .heddle/runs", async () => {
    const { folder, heddle } = pipeline();
    await heddle("run", "pipeline.mjs");
    const [run = ""] = readdirSync(path.join(folder, ".heddle/runs"));
    expect(readFileSync(path.join(folder, ".heddle/runs", run, "events.jsonl"), "utf8")).toContain('"runEnded"');
  });

  test("unless --no-log or the config says otherwise", async () => {
    const made = pipeline();
    await made.heddle("run", "pipeline.mjs", "--no-log");
    made.write({ "heddle.config.mjs": "export default { log: false };" });
    await made.heddle("run", "pipeline.mjs");
    expect(existsSync(path.join(made.folder, ".heddle"))).toBe(false);
  });
});

test("a reader that goes away is no error", async () => {
  const made = project({
    "pipeline.mjs": `import { flow } from "heddle"; export default flow("long", () => "x".repeat(10_000_000));`,
  });
  const run = made.start(["run", "pipeline.mjs"]);
  run.process.stdout?.once("data", () => run.process.stdout?.destroy());
  const { code, stderr } = await run.ended;
  expect(code).toBe(0);
  expect(stderr).not.toContain("EPIPE");
});
