/** `heddle run --dry-run` and `heddle graph` on real files, edited between runs. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { type Planned, plannedProject, type Told } from "./planned-project.ts";

const A = { text: "a", options: { times: 1 } };
const B = { text: "b", options: { times: 2 } };
const OTHER = { text: "b", options: { times: 3 } };

async function afterRun(): Promise<Planned> {
  const made = await plannedProject();
  expect(await made.command("run", "", [[A, B]], "--reporter", "quiet")).toMatchObject({ code: 0, stdout: "3\n" });
  return made;
}

/** The lines of a dry run, without numbers and gaps; nothing was executed. */
function lines({ code, stdout, stderr, executed }: Told): string[] {
  expect({ code, stderr, executed }).toEqual({ code: 0, stderr: "", executed: [] });
  const unnumbered = stdout.replace(/-\d+\b/g, "").split("\n");
  return unnumbered.map(line => line.trim().replace(/ {2,}/g, " | ")).filter(line => line !== "");
}

const WAITS = "? total | may run | needs what would run: count, count";

describe("five explanations", () => {
  test("cached: nothing would run", async () => {
    const { command } = await afterRun();
    expect(lines(await command("run", "", [[A, B]], "--dry-run"))).toEqual([
      "main",
      "✓ count × 2 | from the cache",
      "✓ total | from the cache",
      "3 from the cache, nothing would run",
    ]);
  });

  test("a new argument: the path in it", async () => {
    const { command } = await afterRun();
    expect(lines(await command("run", "", [[A, OTHER]], "--dry-run"))).toEqual([
      "main",
      "✓ count | from the cache",
      "▸ count | would run | input changed: options.times of doc",
      "? total | may run | needs what would run: count",
      "1 from the cache, 1 would run, 1 may run",
    ]);
  });

  test("new code: the declaration and its file", async () => {
    const { command, edit } = await afterRun();
    edit("text.trim().toLowerCase()");
    expect(lines(await command("run", "", [[A, B]], "--dry-run"))).toEqual([
      "main",
      "▸ count × 2 | would run | code changed: normalise in src/text.mjs",
      WAITS,
      "2 would run, 1 may run",
    ]);
    edit("text.trim()");
    expect(lines(await command("run", "", [[A, B]], "--dry-run")).at(-1)).toBe("3 from the cache, nothing would run");
  });

  test("both", async () => {
    const { command, edit } = await afterRun();
    edit("text.trim().toLowerCase()");
    expect(lines(await command("run", "", [[A, OTHER]], "--dry-run"))).toEqual([
      "main",
      "▸ count | would run | code changed: normalise in src/text.mjs",
      "▸ count | would run | code changed: normalise in src/text.mjs; input changed: options.times of doc",
      WAITS,
      "2 would run, 1 may run",
    ]);
  });

  test("forced", async () => {
    const { command } = await afterRun();
    expect(lines(await command("run", "", [[A, B]], "--dry-run", "--force", "count"))).toEqual([
      "main",
      "▸ count × 2 | would run | forced",
      WAITS,
      "2 would run, 1 may run",
    ]);
    expect(lines(await command("run", "", [[A, B]], "--dry-run", "--force"))).toEqual([
      "main",
      "▸ count × 2 | would run | forced",
      WAITS,
      "2 would run, 1 may run",
    ]);
  });
});

describe("a dry run", () => {
  test("comes true", async () => {
    const { command, edit } = await afterRun();
    const quiet = ["--reporter", "quiet"];
    // The result is the same, so the work stops there.
    edit("text.trim().toLowerCase()");
    expect((await command("run", "", [[A, B]], ...quiet)).executed).toEqual(["count", "count"]);
    expect((await command("run", "", [[A, B]], ...quiet)).executed).toEqual([]);
    expect((await command("run", "", [[A, OTHER]], ...quiet)).executed).toEqual(["count", "total"]);
    expect((await command("run", "", [[A, B]], ...quiet, "--force", "count")).executed).toEqual(["count", "count"]);
    expect((await command("run", "", [[A, B]], ...quiet, "--force")).executed).toEqual(["count", "count", "total"]);
  });

  test("of a flow that awaits: up to there, which it says", async () => {
    const { command } = await plannedProject();
    expect(lines(await command("run", ":awaits", [[A, B]], "--dry-run"))).toEqual([
      "awaits",
      "▸ count × 2 | would run | never run",
      WAITS,
      "… planned up to here: it waits for a value that would have to be computed",
      "2 would run, 1 may run",
      "1 flow is planned only up to a value that would have to be computed",
    ]);
    await command("run", ":awaits", [[A, B]], "--reporter", "quiet");
    expect(lines(await command("run", ":awaits", [[A, B]], "--dry-run"))).toEqual([
      "awaits",
      "✓ count × 2 | from the cache",
      "✓ total | from the cache",
      "▸ plain | would run | cache off",
      "3 from the cache, 1 would run",
    ]);
  });

  test("of a cached flow whose helper was edited: it and its calls", async () => {
    const { command, edit } = await plannedProject();
    await command("run", ":kept", [[A]], "--reporter", "quiet");
    expect(lines(await command("run", ":kept", [[A]], "--dry-run"))[0]).toBe("✓ kept | from the cache");
    edit("text.trim().toLowerCase()");
    const [flow, call] = lines(await command("run", ":kept", [[A]], "--dry-run"));
    expect(flow).toMatch(/^▸ kept \| would run \| (child|code) changed: .*normalise|child changed: count/);
    expect(call).toBe("▸ count | would run | code changed: normalise in src/text.mjs");
  });

  test("as JSON", async () => {
    const { command } = await afterRun();
    const { stdout, executed } = await command("run", "", [[A, OTHER]], "--dry-run", "--json");
    const plan = JSON.parse(stdout);
    expect(plan.summary).toEqual({ hit: 1, run: 1, mayRun: 1, unknown: 0 });
    expect(plan.edges).toHaveLength(2);
    expect(executed).toEqual([]);
  });

  test("of a task, and of nothing that there is", async () => {
    const { command } = await plannedProject();
    expect(lines(await command("run", ":count", [A], "--dry-run"))).toEqual([
      "▸ count | would run | never run",
      "1 would run",
    ]);
    const wrong = await command("run", ":cuont", [A], "--dry-run");
    expect(wrong).toMatchObject({ code: 2, stdout: "" });
    expect(wrong.stderr).toContain("count");
  });

  test("keeps no log and no result", async () => {
    const { command, heddle } = await plannedProject();
    await command("run", "", [[A]], "--dry-run");
    expect((await heddle("why", "count-2")).code).toBe(2);
    expect((await heddle("cache", "ls")).stdout).not.toContain("count");
  });
});

test.each(["mermaid", "dot", "svg", "json"])("graph draws %s of a project, and executes nothing", async format => {
  const { command, folder } = await afterRun();
  const drawn = await command("graph", "", [[A, OTHER]], "--format", format, "--out", "plan.txt");
  expect(drawn).toMatchObject({ code: 0, executed: [] });
  expect(drawn.stderr).toContain("plan.txt: 3 calls: 1 hit, 1 run, 1 may run");
  const text = readFileSync(path.join(folder, "plan.txt"), "utf8").replaceAll("&#45;", "-");
  for (const name of ["main-1", "count-3", "total-4"]) expect(text).toContain(name);
});
