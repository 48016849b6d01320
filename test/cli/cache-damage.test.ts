/** `heddle cache verify`, and stores that are not as they were written. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { fill } from "./cache-store.ts";
import { project } from "./rig.ts";

const LONG = Array.from({ length: 100_000 }, (_, at) => at * 7919);

async function filled() {
  const made = project();
  const store = path.join(made.folder, ".heddle");
  const keys = await fill(store, [{ call: "small-1" }, { call: "large-1", value: LONG }]);
  return { ...made, keys, cache: path.join(store, "cache") };
}

/** The only file of a result. */
function blobIn(cache: string): string {
  const [file] = readdirSync(path.join(cache, "blobs"), { recursive: true, encoding: "utf8" }).filter(name =>
    /[\\/]/.test(name),
  );
  return path.join(cache, "blobs", file!);
}

function flip(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes[at]! ^= 0xff;
  writeFileSync(file, bytes);
}

describe("verify", () => {
  test("where all is well", async () => {
    const { heddle } = await filled();
    const { code, stdout, stderr } = await heddle("cache", "verify");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^2 entries, .*: all is well\n$/);
  });

  test("damaged results are named and removed; exit code 1", async () => {
    const { heddle, keys, cache } = await filled();
    flip(blobIn(cache), 1000);
    const { code, stdout, stderr } = await heddle("cache", "verify");
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(stdout).toMatch(new RegExp(`\nlarge-1 .*other contents.* ${keys[1]}\n`));
    expect(stdout).toContain("1 was damaged and is removed; its call runs again");
    const left = JSON.parse((await heddle("cache", "ls", "--json")).stdout).entries;
    expect(left).toMatchObject([{ call: "small-1" }]);
    expect((await heddle("cache", "verify")).code).toBe(0);
  });

  test("files that are missing, and files of no entry, as JSON", async () => {
    const { heddle, keys, cache } = await filled();
    const blob = blobIn(cache);
    rmSync(blob);
    writeFileSync(path.join(path.dirname(blob), "stray"), "x");
    const { code, stdout } = await heddle("cache", "verify", "--json");
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      entries: 2,
      bad: 1,
      orphans: 1,
      problems: [{ key: keys[1], call: "large-1", problem: "the file of its result is missing" }],
    });
  });

  test("without a store", async () => {
    expect(await project().heddle("cache", "verify")).toMatchObject({
      code: 0,
      stdout: "Nothing is cached yet in .heddle.\n",
    });
  });
});

describe("show", () => {
  test("a damaged result: what is known of it, and what to do; exit code 1", async () => {
    const { heddle, cache } = await filled();
    flip(blobIn(cache), 1000);
    const { code, stdout } = await heddle("cache", "show", "large-1");
    expect(code).toBe(1);
    expect(stdout).toContain("large-1\n  task");
    expect(stdout).toMatch(/The result is damaged: .*; heddle cache verify removes it\n$/);
  });

  test("--value of a damaged result is an error", async () => {
    const { heddle, cache } = await filled();
    flip(blobIn(cache), 1000);
    const { code, stdout, stderr } = await heddle("cache", "show", "large-1", "--value");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("is damaged");
  });
});

describe("folders that cannot be used: exit 2, and what to do", () => {
  test("written by a newer heddle", async () => {
    const { heddle, cache } = await filled();
    writeFileSync(path.join(cache, "format.json"), '{ "heddle-store": 99 }');
    const { code, stdout, stderr } = await heddle("cache", "ls");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/has format 99, and this heddle reads up to 2\n {2}Upgrade heddle/);
    expect((await heddle("cache", "rm", "--all", "--yes")).code).toBe(2);
    expect(existsSync(path.join(cache, "index.lmdb"))).toBe(true);
  });

  test("a file, and a folder with something else in it", async () => {
    const { folder, heddle } = project({ "file.txt": "", "other/cache/photo.jpg": "" });
    for (const store of ["file.txt", "other", "node_modules"]) {
      const { code, stdout, stderr } = await heddle("cache", "ls", "-o", store);
      expect({ store, code, stdout }).toEqual({ store, code: 2, stdout: "" });
      expect(stderr).toContain(store);
    }
    await heddle("cache", "rm", "--all", "--yes", "-o", "other");
    expect(readdirSync(path.join(folder, "other/cache"))).toEqual(["photo.jpg"]);
  });

  test("a damaged index: rm --all is the way out", async () => {
    const { folder, heddle, cache } = await filled();
    mkdirSync(path.join(folder, ".heddle/runs"));
    writeFileSync(path.join(cache, "index.lmdb/data.mdb"), "not an index at all ".repeat(1000));
    const refused = await heddle("cache", "ls");
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("its index is damaged");
    expect((await heddle("cache", "rm", "--all")).stderr).toContain("--yes");
    expect(existsSync(cache)).toBe(true);
    expect(await heddle("cache", "rm", "--all", "--yes")).toMatchObject({ code: 0, stderr: "" });
    expect(readdirSync(path.join(folder, ".heddle"))).toEqual(["runs"]);
    expect(await heddle("cache", "ls")).toMatchObject({ code: 0, stdout: "Nothing is cached yet in .heddle.\n" });
  });
});
