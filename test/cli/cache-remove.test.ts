/** `heddle cache rm`, `prune` and `verify`. */
import path from "node:path";
import { describe, expect, test } from "vitest";
import { type Cached, DAY, fill, HOUR } from "./cache-store.ts";
import { type Project, project } from "./rig.ts";

const CALLS: Cached[] = [
  { call: "fetch-1", age: 3 * DAY },
  { call: "score-1", age: 2 * HOUR },
  { call: "score-2", age: DAY, code: "old" },
  { call: "score-2", age: HOUR, code: "new" },
  { call: "main", age: 0 },
  { call: "main-1", task: "main", age: 0 },
];

async function filled(calls: readonly Cached[] = CALLS, files: Readonly<Record<string, string>> = {}) {
  const made = project(files);
  const keys = await fill(path.join(made.folder, ".heddle"), calls);
  return { ...made, keys };
}

async function left({ heddle }: Project): Promise<string[]> {
  const { entries } = JSON.parse((await heddle("cache", "ls", "--json")).stdout);
  return entries.map(({ call }: { call: string }) => call).sort();
}

describe("rm", () => {
  test("a task, a call and a key together", async () => {
    const made = await filled();
    const { code, stdout, stderr } = await made.heddle("cache", "rm", "main", "score-1", made.keys[2]!);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/#main +2 /);
    expect(stdout).toMatch(/#score +2 /);
    expect(stdout).toMatch(/\n4 entries, \d+ B, removed\n$/);
    expect(await left(made)).toEqual(["fetch-1", "score-2"]);
  });

  test("--dry-run lists and removes nothing", async () => {
    const made = await filled();
    const { stdout } = await made.heddle("cache", "rm", "score", "--dry-run");
    expect(stdout).toContain(made.keys[1]);
    expect(stdout).toMatch(/\n3 entries, \d+ B, would be removed\n$/);
    expect(JSON.parse((await made.heddle("cache", "rm", "score", "--dry-run", "--json")).stdout)).toMatchObject({
      dryRun: true,
      removed: 0,
      entries: [{ task: "score" }, { task: "score" }, { task: "score" }],
    });
    expect(await left(made)).toHaveLength(6);
  });

  test("--all only with --yes", async () => {
    const made = await filled();
    const refused = await made.heddle("cache", "rm", "--all");
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expect(refused.stderr).toMatch(/6 entries, \d+ B, would be removed\n.*Add --yes to do it, or --dry-run/);
    expect(await left(made)).toHaveLength(6);
    expect(JSON.parse((await made.heddle("cache", "rm", "--all", "--yes", "--json")).stdout).removed).toBe(6);
    expect(await left(made)).toEqual([]);
    expect(await made.heddle("cache", "rm", "--all")).toMatchObject({ code: 0 });
  });

  test("more than 100 only with --yes", async () => {
    const made = await filled(Array.from({ length: 101 }, (_, at) => ({ call: `score-${at}` })));
    expect((await made.heddle("cache", "rm", "score")).stderr).toContain("101 entries, ");
    expect(await left(made)).toHaveLength(101);
    expect(await made.heddle("cache", "rm", "score-7", "score-8")).toMatchObject({ code: 0 });
    expect(await made.heddle("cache", "rm", "score")).toMatchObject({ code: 0 });
    expect(await left(made)).toEqual([]);
  });

  test.each([
    [["rm"], "Nothing was said to remove"],
    [["rm", "--all", "score"], "--all and score were given together"],
    [["rm", "score-2"], '"score-2" can be any of 2 entries'],
    [["rm", "score", "scoer-1"], 'Nothing in the cache is called "scoer-1"\n  Did you mean score-1?'],
    [["rm", "x", "-o", "elsewhere"], "Nothing is cached yet in elsewhere"],
  ])("heddle cache %j is refused, and nothing removed", async (args, message) => {
    const made = await filled();
    const { code, stdout, stderr } = await made.heddle("cache", ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(await left(made)).toHaveLength(6);
  });

  test("a name that is a task and another's call is refused", async () => {
    const made = await filled([{ call: "score-1" }, { call: "other", task: "score-1" }]);
    const { code, stderr } = await made.heddle("cache", "rm", "score-1");
    expect(code).toBe(2);
    expect(stderr).toContain('"score-1" is a task, and also 1 entry of another');
    expect(stderr).toContain(
      `Give the task's identity, fixture/src/a.ts#score-1, or the key of the entry: ${made.keys[0]}`,
    );
  });
});

describe("prune", () => {
  test("what is old", async () => {
    const made = await filled();
    const dry = await made.heddle("cache", "prune", "--older-than", "12h", "--dry-run");
    expect(dry).toMatchObject({ code: 0, stderr: "" });
    expect(dry.stdout).toMatch(/^2 entries, .*, would be removed; 4 entries, .*, would stay\n$/);
    expect(await left(made)).toHaveLength(6);
    const { stdout } = await made.heddle("cache", "prune", "--older-than", "12h");
    expect(stdout).toMatch(/^2 entries, .*, removed; 4 entries, .*, stay\n$/);
    expect(await left(made)).toEqual(["main", "main-1", "score-1", "score-2"]);
  });

  test("to a size: of the option, else of the config", async () => {
    const calls = [1, 2, 3].map(at => ({ call: `big-${at}`, value: "x".repeat(1_000_000 + at) }));
    const made = await filled(calls, { "heddle.config.mjs": 'export default { cache: { maxSize: "2.1MB" } };' });
    const { stdout } = await made.heddle("cache", "prune", "--json");
    const { removed, kept, size } = JSON.parse(stdout);
    expect({ all: removed + kept, fits: size <= 2_100_000 }).toEqual({ all: 3, fits: true });
    expect(await made.heddle("cache", "prune", "--max-size", "0")).toMatchObject({ code: 0 });
    expect(await left(made)).toEqual([]);
  });

  test.each([
    [["prune"], "was not told what to remove\n  Give --max-size 500MB or --older-than 30d, or set cache.maxSize"],
    [["prune", "--max-size", "5 apples"], '--max-size: "5 apples" is not a size'],
    [["prune", "--older-than", "soon"], '--older-than: "soon" is not a duration'],
  ])("heddle cache %j is refused", async (args, message) => {
    const { code, stdout, stderr } = await (await filled()).heddle("cache", ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
  });

  test("without a store there is nothing to do", async () => {
    expect(await project().heddle("cache", "prune", "--older-than", "1d")).toMatchObject({
      code: 0,
      stdout: "Nothing is cached yet in .heddle.\n",
    });
  });
});
