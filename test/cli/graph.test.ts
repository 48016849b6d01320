import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Command } from "commander";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { addGraph } from "../../src/cli/commands/graph.ts";
import { FORMATS, formatOf, ofPlan, written } from "../../src/cli/graph/format.ts";
import { type GraphFlags, graph } from "../../src/cli/graph/graph.ts";
import { planText } from "../../src/cli/graph/text.ts";
import type { Planner } from "../../src/cli/run/planned.ts";
import { Plan } from "../../src/graph/plan.ts";
import type { RunSettings } from "../../src/run/settings.ts";

const PLAN = new Plan({
  calls: [
    { id: "main-1", task: "main", kind: "flow", state: "run", reason: "a flow", key: null, parent: null },
    { id: "a-1", task: "a", kind: "task", state: "hit", reason: "", key: "k", parent: "main-1" },
    { id: "a-2", task: "a", kind: "task", state: "run", reason: "never run", key: "l", parent: "main-1" },
  ],
  edges: [{ from: "a-1", to: "a-2" }],
  unfinished: ["main-1"],
});

describe("the format", () => {
  test.each<[GraphFlags, string]>([
    [{}, "mermaid"],
    [{ format: "dot" }, "dot"],
    [{ out: "a/b.SVG" }, "svg"],
    [{ out: "b.gv" }, "dot"],
    [{ out: "README.md" }, "mermaid"],
    [{ out: "plan.json" }, "json"],
    [{ out: "plan.svg", format: "dot" }, "dot"],
    [{ out: "plan", format: "svg" }, "svg"],
  ])("%j is %s", (flags, format) => {
    expect(formatOf(flags)).toBe(format);
  });

  test.each(["plan", "plan.png", "plan.constructor"])("%s says nothing", out => {
    expect(() => formatOf({ out })).toThrow(/does not tell a format.*\n.*\.svg.*--format mermaid \| dot/);
  });

  test.each(FORMATS)("%s ends with its line", async format => {
    expect(await written(ofPlan(PLAN, {}), { format })).toMatch(/\S\n$/);
  });

  test("Markdown has it fenced", async () => {
    const text = await written(ofPlan(PLAN, {}), { out: "plan.md" });
    expect(text).toBe(`\`\`\`mermaid\n${PLAN.toMermaid()}\`\`\`\n`);
  });

  test("JSON is the plan", async () => {
    expect(JSON.parse(await written(ofPlan(PLAN, {}), { format: "json" }))).toMatchObject({
      summary: { hit: 1, run: 1 },
      calls: PLAN.calls,
    });
  });
});

test("a plan in a line", () => {
  expect(planText(PLAN)).toBe("2 calls: 1 hit, 1 run; 1 flow is planned only up to a value that has to be computed");
  expect(planText(new Plan({ calls: [], edges: [], unfinished: [] }))).toBe("0 calls");
});

describe("the command", () => {
  let folder: string;
  let out: string;
  let err: string;

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), "heddle-graph-"));
    writeFileSync(path.join(folder, "package.json"), '{ "name": "fixture", "type": "module" }');
    writeFileSync(path.join(folder, "heddle.config.mjs"), "export default { defaults: { retries: 2 } };");
    writeFileSync(
      path.join(folder, "pipeline.mjs"),
      `import { flow, task } from ${JSON.stringify(path.resolve("src/task/task.ts"))};
       export const a = task("a", n => n);
       export default flow("main", n => a.submit(n));`,
    );
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  beforeEach(() => {
    [out, err] = ["", ""];
    vi.spyOn(process.stdout, "write").mockImplementation(text => {
      out += String(text);
      return true;
    });
    vi.spyOn(process.stderr, "write").mockImplementation(text => {
      err += String(text);
      return true;
    });
  });

  afterEach(() => {
    vi.restoreAllMocks();
  });

  const pipeline = () => path.join(folder, "pipeline.mjs");

  test("plans the target with its inputs and the config's settings, and prints it", async () => {
    const asked: { target: unknown; inputs: unknown[]; settings: RunSettings }[] = [];
    const planner: Planner = async (target, inputs, settings) => {
      asked.push({ target, inputs, settings });
      return PLAN;
    };
    expect(await graph([`${pipeline()}:a`], { args: "[1, 2]" }, planner)).toBe(0);
    expect(asked).toHaveLength(1);
    expect(asked[0]!.inputs).toEqual([1, 2]);
    expect(asked[0]!.settings).toMatchObject({ root: folder, quiet: true, defaults: { retries: 2 } });
    expect(typeof asked[0]!.target).toBe("function");
    expect(out).toBe(PLAN.toMermaid());
    expect(err).toBe("");
  });

  test("writes a file, and says what is in it", async () => {
    const file = path.join(folder, "plan.svg");
    await graph([pipeline()], { out: file }, async () => PLAN);
    expect(readFileSync(file, "utf8")).toContain("</svg>");
    expect(out).toBe("");
    expect(err).toContain("plan.svg: 2 calls: 1 hit, 1 run");
  });

  test.each<[string[], string, string]>([
    [[], '"a-1"', "flowchart"],
    [["--no-group", "--format", "dot"], 'label="a-1"', "digraph"],
    [["--group"], "a #215; 2", "flowchart"],
  ])("%j", async (words, text, language) => {
    const program = new Command("heddle");
    addGraph(
      program,
      () => {},
      async () => async () => PLAN,
    );
    await program.parseAsync(["graph", pipeline(), ...words], { from: "user" });
    expect(out).toContain(text);
    expect(out).toContain(language);
  });

  test("groups when asked", async () => {
    await graph([pipeline()], { group: true }, async () => PLAN);
    expect(out).toContain("a #215; 2<br/>1 hit, 1 run");
  });

  test("a folder that is missing, an ending that is none", async () => {
    const nowhere = path.join(folder, "none/plan.dot");
    await expect(graph([pipeline()], { out: nowhere }, async () => PLAN)).rejects.toThrow(/there is no folder .*none/);
    const planner = vi.fn(async () => PLAN);
    await expect(graph([pipeline()], { out: "plan.png" }, planner)).rejects.toThrow(/--out plan\.png/);
    expect(planner).not.toHaveBeenCalled();
  });
});
