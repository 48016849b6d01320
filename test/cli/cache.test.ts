/** `heddle cache ls` and `show`, on stores that were really written. */
import { mkdirSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { shortKey } from "../../src/cli/cache/row.ts";
import type { About } from "../../src/store/entry.ts";
import { type Cached, DAY, fill, HOUR, keyOf, SECOND } from "./cache-store.ts";
import { project } from "./rig.ts";

const CALLS: Cached[] = [
  { call: "fetch-1", age: 3 * DAY, module: "fixture/src/web.ts" },
  { call: "score-1", value: { points: [1, 2], by: "hand" }, age: 2 * HOUR },
  { call: "score-2", value: 4, age: DAY, code: "old" },
  { call: "score-2", value: 5, age: 30 * SECOND, code: "new" },
  { call: "main", value: new Map([["a", 1]]), age: HOUR },
];

async function filled(calls: readonly Cached[] = CALLS) {
  const made = project();
  const keys = await fill(path.join(made.folder, ".heddle"), calls);
  return { ...made, keys };
}

describe("ls", () => {
  test("everything, newest first, uncut where it is piped", async () => {
    const { heddle, keys } = await filled();
    const { code, stdout, stderr } = await heddle("cache", "ls");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const lines = stdout.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^call +task +size +age +took +key$/);
    expect(lines.slice(1, 6).map(line => line.split(/\s{2,}/)[0])).toEqual([
      "score-2",
      "main",
      "score-1",
      "score-2",
      "fetch-1",
    ]);
    expect(lines.slice(1, 6).map(line => line.split(/\s+/).at(-1))).toEqual([3, 4, 1, 2, 0].map(at => keys[at]));
    expect(lines[4]).toMatch(/^score-2 +score +1 B +1 d 00 h +1\.2 s /);
    expect(lines.at(-1)).toMatch(/^5 entries, \d+ B; .* on disk$/);
  });

  test("of one task, by name and by identity, and at most so many", async () => {
    const { heddle } = await filled();
    const calls = async (...args: string[]) => {
      const { code, stdout } = await heddle("cache", "ls", ...args);
      expect(code).toBe(0);
      return stdout.split("\n").flatMap(line => /^(\w+(-\d+)?) .* 1\.2 s /.exec(line)?.[1] ?? []);
    };
    expect(await calls("score")).toEqual(["score-2", "score-1", "score-2"]);
    expect(await calls("--task", "fixture/src/web.ts#fetch")).toEqual(["fetch-1"]);
    expect(await calls("score", "--limit", "2")).toEqual(["score-2", "score-1"]);
    expect((await heddle("cache", "ls", "--limit", "2")).stdout).toContain("and 3 more; --limit 5 shows all");
  });

  test("as JSON", async () => {
    const { heddle, keys } = await filled();
    const { entries, total } = JSON.parse((await heddle("cache", "ls", "score", "--json")).stdout);
    expect(total.entries).toBe(3);
    expect(entries[0]).toMatchObject({
      key: keys[3],
      call: "score-2",
      task: "score",
      identity: "fixture/src/a.ts#score",
      ms: 1234,
      bytes: 1,
    });
    expect(entries[0].createdAt).toBeGreaterThan(Date.now() - HOUR);
    expect(entries).toHaveLength(3);
  });

  test("tasks of one name in two modules are told apart", async () => {
    const { heddle } = await filled([{ call: "load-1" }, { call: "load-1", module: "fixture/src/b.ts" }]);
    const { stdout } = await heddle("cache", "ls");
    expect(stdout).toContain("fixture/src/a.ts#load");
    expect(stdout).toContain("fixture/src/b.ts#load");
  });

  test("where nothing is cached yet", async () => {
    const { heddle, folder } = project();
    expect(await heddle("cache", "ls")).toMatchObject({ code: 0, stdout: "Nothing is cached yet in .heddle.\n" });
    mkdirSync(path.join(folder, ".heddle/runs"), { recursive: true });
    expect(await heddle("cache", "ls")).toMatchObject({ code: 0, stdout: "Nothing is cached yet in .heddle.\n" });
    const { stdout } = await heddle("cache", "ls", "--json");
    expect(JSON.parse(stdout)).toEqual({ store: ".heddle", total: { entries: 0, bytes: 0 }, entries: [] });
  });

  test("in another folder: by -o, and by the config", async () => {
    const { folder, heddle, write } = project();
    await fill(path.join(folder, "kept"), CALLS);
    expect((await heddle("cache", "ls", "-o", "kept")).stdout).toContain("5 entries");
    write({ "heddle.config.mjs": 'export default { cache: { folder: "kept" } };' });
    expect((await heddle("cache", "ls")).stdout).toContain("5 entries");
  });
});

describe("show", () => {
  const about: About = {
    marks: ["a", "b"],
    names: ["url", "html"],
    sources: [null, "fetch-1"],
  };

  test("an entry by its call, with what it was made of", async () => {
    const { folder, heddle } = project();
    const facts = {
      files: [{ path: "out.csv", digest: "0".repeat(64) as never, size: 1500 }],
      children: [{ identity: "fixture/src/a.ts#part", key: null, code: "c" }],
    };
    const [key] = await fill(path.join(folder, ".heddle"), [{ call: "score-1", value: { points: 3 }, about, facts }], {
      first: [
        { file: "src/a.ts", name: "score", digest: "1" },
        { file: "src/a.ts", name: "norm", digest: "2" },
        { file: "lodash@4.17.21", name: "(package)", digest: "3" },
      ],
    });
    const { code, stdout, stderr } = await heddle("cache", "show", "score-1");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^score-1\n {2}task +fixture\/src\/a\.ts#score\n/);
    expect(stdout).toContain(key);
    expect(stdout).toMatch(/created +\d{4}-.*, 1 h 00 m ago\n {2}run +20261122-fa5438\n {2}took +1\.2 s\n/);
    expect(stdout).toMatch(/inputs +url: .*\n +html: the result of fetch-1\n/);
    expect(stdout).toMatch(/code +src\/a\.ts: score, norm\n +lodash@4\.17\.21\n/);
    expect(stdout).toMatch(/files +out\.csv, 1\.5 kB\n/);
    expect(stdout).toMatch(/calls +fixture\/src\/a\.ts#part\n/);
    expect(stdout).toMatch(/\n\n\{\n {2}"points": 3\n\}\n$/);
    const json = JSON.parse((await heddle("cache", "show", "score-1", "--json")).stdout);
    expect(json).toMatchObject({ key, call: "score-1", task: "score", value: { points: 3 }, children: facts.children });
    expect(json.inputs).toMatchObject([{ name: "url" }, { name: "html", source: "fetch-1" }]);
    expect(json.code).toHaveLength(3);
  });

  test("by its key, whole, short, or the first digits", async () => {
    const { heddle, keys } = await filled();
    const [, key] = keys;
    for (const word of [key!, shortKey(key!), key!.slice(0, 30)]) {
      const { code, stdout } = await heddle("cache", "show", word, "--value");
      expect({ code, value: JSON.parse(stdout) }).toEqual({ code: 0, value: { points: [1, 2], by: "hand" } });
    }
  });

  test("the value alone, as heddle run prints results", async () => {
    const { heddle } = await filled();
    expect(await heddle("cache", "show", "fetch-1", "--value")).toMatchObject({ stdout: "the result of fetch-1\n" });
    expect(await heddle("cache", "show", "main", "--value")).toMatchObject({ stdout: "Map(1) { 'a' => 1 }\n" });
    expect(JSON.parse((await heddle("cache", "show", "main", "--json")).stdout).shown).toBe("Map(1) { 'a' => 1 }");
  });

  test("a value too large for the index, to its end", async () => {
    const value = Array.from({ length: 30_000 }, (_, at) => `line ${at}`);
    const { heddle } = await filled([{ call: "long-1", value }]);
    expect(JSON.parse((await heddle("cache", "show", "long-1", "--value")).stdout)).toEqual(value);
    expect((await heddle("cache", "show", "long-1")).stdout).toContain("line 29999");
  });

  test("a call of several entries: they are listed, with keys that work", async () => {
    const { heddle } = await filled();
    const { code, stdout, stderr } = await heddle("cache", "show", "score-2");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain('"score-2" can be any of 2 entries');
    const keys = [...stderr.matchAll(/^ +(\S+) {2}score-2, .* old$/gm)].map(match => match[1]!);
    expect(keys).toEqual([shortKey(keyOf(CALLS[3]!)), shortKey(keyOf(CALLS[2]!))]);
    expect(await heddle("cache", "show", keys[0]!, "--value")).toMatchObject({ code: 0, stdout: "5\n" });
  });
});

describe("what cannot be meant: exit 2 and nothing on stdout", () => {
  test.each([
    [["cache", "ls", "scores"], 'nothing of a task "scores"\n  Did you mean score?'],
    [["cache", "ls", "other"], 'nothing of a task "other"\n  Choose one of: fetch, main, score.'],
    [["cache", "ls", "score", "--task", "main"], "Two tasks were given: score and main"],
    [["cache", "ls", "--limit", "0"], "--limit 0 is not a number of entries"],
    [["cache", "show", "score-7"], 'Nothing in the cache is called "score-7"\n  Did you mean score-'],
    [["cache", "show", "abcdef"], 'Nothing in the cache is called "abcdef"\n  See what there is with heddle cache ls.'],
    [["cache", "show", "main", "--value", "--json"], "Option '--value' cannot be used with option '--json'"],
    [["cache", "show", "main", "-o", "elsewhere"], "Nothing is cached yet in elsewhere"],
    [["cache", "list"], "Unknown command 'list'"],
    [["cache", "ls", "--tsak", "x"], "Unknown option '--tsak'\n  Did you mean --task? See heddle cache ls --help"],
    [["cache", "ls", "-o", "node_modules"], "node_modules holds no cache, but heddle\n  Give the folder"],
  ])("heddle %j", async (args, message) => {
    const { heddle } = await filled();
    const { code, stdout, stderr } = await heddle(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain("    at ");
  });

  test("no command: the help", async () => {
    const { code, stdout, stderr } = await project().heddle("cache");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("Usage: heddle cache");
  });
});
