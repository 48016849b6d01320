import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startRun } from "heddle";
import { afterAll, expect, test } from "vitest";
import { choose } from "../../examples/choose/choose.ts";

const folder = mkdtempSync(join(tmpdir(), "heddle-choose-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function count(n: number, k: number): Promise<{ value: unknown; executed: number }> {
  const executed = new Set<number>();
  const { result } = startRun(choose, [n, k], {
    quiet: true,
    cache: { folder },
    readers: [
      events => {
        for (const event of events) if (event.type === "started") for (const call of event.calls) executed.add(call);
      },
    ],
  });
  return { value: await result, executed: executed.size };
}

test("choose(100, 50) is exact, each call is made once, and none the second time", async () => {
  expect(await count(6, 3)).toEqual({ value: 20n, executed: 15 });
  expect(await count(6, 3)).toEqual({ value: 20n, executed: 0 });
  const value = 100891344545564193334812497256n;
  expect(await count(100, 50)).toEqual({ value, executed: 2600 - 15 });
  expect(await count(100, 50)).toEqual({ value, executed: 0 });
});

test("what is cleared is computed again, and what needs it only where the result is another", async () => {
  const own = choose.with({ store: folder });
  expect(await own.clear(3, 3)).toBe(true);
  expect(await own.clear(3, 3)).toBe(false);
  const { value, executed } = await count(6, 3);
  expect(value).toBe(20n);
  expect(executed).toBeGreaterThan(0);
  expect(executed).toBeLessThan(15);
});

test("its plan draws every call", async () => {
  const plan = await choose.with({ store: join(folder, "another") }).plan(2, 1);
  expect(plan.calls.map(call => call.state)).toEqual(["run", "run", "run"]);
  expect(plan.toMermaid()).toContain("choose");
  expect(plan.toDot()).toContain("digraph");
});
