import { fileURLToPath } from "node:url";
import { flow, run as start, task } from "heddle";
import { describe, expect, test } from "vitest";
import { held, same } from "../fixtures/cases/tasks.mjs";
import { on, throughout } from "./places.ts";
import { script } from "./script.ts";

describe.each(["inline()", "threads({ workers: 1 })", "processes({ workers: 1 })"])("a program on %s", place => {
  test.each([
    ["timed out", "await stuck.with({ timeout: 50 }).submit().wait()"],
    ["was cancelled", "const f = stuck.submit(); f.onDone(() => {}); f.cancel(); await f.wait()"],
  ])("ends by itself, though a call that %s never stopped", async (_, body) => {
    const { code, stdout } = await script({
      "main.mjs": `
        import { run, task, ${place.split("(")[0]} } from "heddle";
        export const stuck = task("stuck", () => new Promise(() => {}));
        await run({ runner: ${place} }, async () => { ${body}; });
        console.log("end");
      `,
    });
    expect(stdout).toBe("end\n");
    expect(code).toBe(0);
  });
});

describe("hooks", () => {
  on(throughout, "one that cancels its own call ends it, and the flow goes on", async ({ run, at }) => {
    const result = await run(async () => {
      let cancel = () => {};
      // Where a start is heard of later, a short call would have ended.
      const future = held.with({ onStart: () => cancel() }).submit(at, "never passed");
      cancel = () => void future.cancel("by its hook");
      return [await future.wait(), await same.submit(2)];
    });
    expect(result).toEqual(["cancelled", 2]);
  });

  test("one that cancels a call of the same lot keeps that from running", async () => {
    const ran: number[] = [];
    const futures: { cancel(): boolean; wait(): Promise<string> }[] = [];
    const noted = task("noted", { onStart: () => futures[3]!.cancel() }, (i: number) => ran.push(i));
    const states = await start(async () => {
      for (let i = 0; i < 5; i++) futures.push(noted.submit(i));
      return Promise.all(futures.map(future => future.wait()));
    });
    expect(states).toEqual(["completed", "completed", "completed", "cancelled", "completed"]);
    expect(ran).toEqual([0, 1, 2, 4]);
  });
});

describe("what a call in the flow's own process left behind", () => {
  test.each([
    ["before the call ends", true],
    ["after that", false],
  ])("goes on when what it awaits has ended, if it awaits it %s", async (_, early) => {
    let end = () => {};
    const late = task("late", { runner: "inline" }, () => new Promise<void>(resolve => (end = resolve)));
    let look = () => {};
    const looked = new Promise<void>(resolve => (look = resolve));
    let left: Promise<string> = Promise.resolve("");
    const result = await start(async () => {
      const future = late.submit();
      const leaves = task("leaves", { runner: "inline" }, async () => {
        left = (async () => {
          if (!early) await looked;
          await future;
          return "went on";
        })();
        await new Promise(setImmediate);
      });
      await leaves.submit();
      look();
      await new Promise(setImmediate);
      end();
      return left;
    });
    expect(result).toBe("went on");
  });
});

test("what objects inherit is no part of them", async () => {
  const parts = flow("parts", async () => {
    const whole = same.submit({ own: 1 }) as unknown as {
      get(key: string): PromiseLike<unknown> & { settled(): unknown };
    };
    return [await whole.get("own"), await whole.get("toString").settled(), await whole.get("__proto__").settled()];
  });
  const bad = { ok: false, error: expect.objectContaining({ code: "BAD_PART" }) };
  expect(await parts()).toEqual([1, bad, bad]);
});

test("a time-out of 0 is refused", () => {
  expect(() => task("hasty", { timeout: 0 }, () => 1)).toThrow(/Leave the option out for no limit/);
});

test("a program that a loader evaluates as CommonJS, with workers that are ESM, gets its values", async () => {
  const { stdout, stderr } = await script(
    {
      "package.json": '{ "name": "own", "type": "commonjs" }',
      "main.ts": `
        import { flow, task, threads } from "heddle";
        export const count = task("count", (text: string) => ({ letters: text.length }));
        export const sum = task("sum", (counts: { letters: number }[]) => counts.reduce((n, c) => n + c.letters, 0));
        export const both = flow("both", { runner: threads({ workers: 1 }) }, (texts: string[]) => {
          const counts = count.map(texts);
          return { counts, total: sum.submit(counts) };
        });
        both(["a", "bb"]).then(result => console.log(JSON.stringify(result)));
      `,
    },
    { entry: [fileURLToPath(import.meta.resolve("tsx/cli")), "main.ts"] },
  );
  expect(stdout, stderr).toBe('{"counts":[{"letters":1},{"letters":2}],"total":3}\n');
});
