/** Case 64: directories of cached calls. Case 65: projects that move. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { folder, runOn } from "../cached/rig.ts";
import { project } from "../cli/rig.ts";
import { fillsDirectory, readsFile } from "../fixtures/cases/cache-tasks.mjs";
import { here, on } from "./places.ts";

describe("the directory of a cached call", () => {
  on(here, "is empty at first, kept with the result, read downstream, and goes with the result", async bench => {
    const { at } = bench;
    const where = folder();
    const body = async () => {
      const made = fillsDirectory.submit(at, "abc");
      return [await made, await readsFile.submit(at, made)] as const;
    };
    const cold = await runOn(bench, where, body);
    const [{ before, path }, text] = cold.value;
    expect([before, text, cold.told]).toEqual([[], "abc", ["fills abc", "reads"]]);
    expect(readFileSync(path, "utf8")).toBe("abc");
    expect(await runOn(bench, where, body)).toMatchObject({ value: cold.value, told: [], warnings: [] });
    const cleared = await runOn(bench, where, () => fillsDirectory.clear(at, "abc"));
    expect(cleared.value).toBe(true);
    expect(existsSync(path)).toBe(false);
    const again = await runOn(bench, where, body);
    expect(again).toMatchObject({ value: [{ before: [] }, "abc"] });
    expect(again.told).toContain("fills abc");
  });

  const damages: Record<string, (path: string) => void> = {
    "with a file that was edited": path => writeFileSync(path, "abd"),
    "with a file that was cut": path => writeFileSync(path, ""),
    "with a file that was deleted": path => rmSync(path),
    "that was deleted": path => rmSync(join(path, ".."), { recursive: true }),
  };
  for (const [how, damage] of Object.entries(damages)) {
    on(here, `${how}: the call is executed again, in an empty one`, async bench => {
      const { at } = bench;
      const where = folder();
      const body = async () => {
        const made = fillsDirectory.submit(at, "abc");
        return [await made, await readsFile.submit(at, made)] as const;
      };
      const cold = await runOn(bench, where, body);
      damage(cold.value[0].path);
      const again = await runOn(bench, where, body);
      expect(again.value).toMatchObject([{ before: [] }, "abc"]);
      expect(again.told).toContain("fills abc");
      expect(again.warnings).toEqual([expect.stringMatching(/^The stored result of fillsDirectory-\d+ is damaged/)]);
      expect(await runOn(bench, where, body)).toMatchObject({ value: again.value, told: [], warnings: [] });
    });
  }
});

const PROJECT = {
  "flow.mjs": `
    import { flow, task } from "heddle";
    const square = task("square", { cache: true }, n => n * n);
    export default flow("main", { cache: true }, async () => [await square.key(3), await square.map([1, 2, 3])]);
  `,
};

test("a project in another folder, for another user, has the same keys and is warm", async () => {
  const { folder: home, heddle } = project(PROJECT);
  const first = await heddle("run", "flow.mjs");
  const away = `${home}-moved`;
  renameSync(home, away);
  try {
    const moved = spawnSync(process.execPath, ["node_modules/heddle/dist/cli/heddle.js", "run", "flow.mjs"], {
      cwd: away,
      encoding: "utf8",
      env: { ...process.env, HOME: away, USER: "somebody", LOGNAME: "somebody" },
    });
    expect(moved.stdout).toBe(first.stdout);
    const listed = spawnSync(process.execPath, ["node_modules/heddle/dist/cli/heddle.js", "cache", "ls", "--json"], {
      cwd: away,
      encoding: "utf8",
    });
    expect((JSON.parse(listed.stdout) as { entries: unknown[] }).entries).toHaveLength(4);
    const cold = JSON.parse(listed.stdout) as { entries: { run: string }[] };
    expect(new Set(cold.entries.map(({ run }) => run)).size).toBe(1);
  } finally {
    renameSync(away, home);
  }
});

test("a store of a newer heddle: a run ends with exit code 2 and says what to do", async () => {
  const { folder: home, heddle } = project(PROJECT);
  expect((await heddle("run", "flow.mjs")).code).toBe(0);
  writeFileSync(join(home, ".heddle/cache/format.json"), '{ "heddle-store": 99 }');
  const { code, stderr } = await heddle("run", "flow.mjs");
  expect(stderr).toMatch(
    /has format 99, and this heddle reads up to 2\n\s+Upgrade heddle, or give another folder with -o/,
  );
  expect(code).toBe(2);
});
