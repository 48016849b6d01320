import { describe, expect, test } from "vitest";
import { script } from "./script.ts";

const places = ["inline()", "threads({ workers: 2 })", "processes({ workers: 2 })"];
/** What a program in TypeScript needs on this version of Node. */
const typeScript = Reflect.get(process.features, "typescript") ? [] : ["--import", import.meta.resolve("tsx")];
const tasks = `
  import { task } from "heddle";
  export const same = task("same", value => value);
  export const fails = task("fails", message => { throw new Error(message); });
`;
const head = (place: string) => `
  import { flow, ${place.split("(")[0]} } from "heddle";
  import { fails, same } from "./tasks.mjs";
  const runner = ${place};
  const turn = () => new Promise(setImmediate);
  const ended = future => new Promise(resolve => future.onDone(() => resolve()));
`;

describe.each(places)("a program that runs on %s", place => {
  test("promises held while something else is awaited, and one fails: the flow fails, the process lives", async () => {
    const { code, stdout, stderr } = await script({
      "tasks.mjs": tasks,
      "main.mjs": `${head(place)}
        const held = flow("held", { runner }, async () => {
          const good = same.submit(1);
          const bad = fails.submit("g failed");
          Promise.all([good, bad]);
          await ended(bad);
          for (let i = 0; i < 10; i++) await turn();
          console.log("went on", await same.submit("here"));
          return "returned";
        });
        await held().then(value => console.log("value", value), error => console.log("rejected", error.message));
        console.log("alive");
      `,
    });
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^went on here\nrejected .*g failed/);
    expect(stdout).toMatch(/\nalive\n$/);
  });

  test("such promises that are awaited later after all harm nothing", async () => {
    const { code, stdout, stderr } = await script({
      "tasks.mjs": tasks,
      "main.mjs": `${head(place)}
        const held = flow("held", { runner }, async () => {
          const bad = fails.submit("late");
          const both = Promise.all([same.submit(1), bad]);
          await ended(bad);
          for (let i = 0; i < 10; i++) await turn();
          return both.catch(error => "caught " + error.message);
        });
        console.log(await held());
      `,
    });
    expect([code, stdout, stderr]).toEqual([0, "caught late\n", ""]);
  });

  test("a promise of the user's own that rejects inside a flow fails the flow", async () => {
    const { code, stdout } = await script({
      "tasks.mjs": tasks,
      "main.mjs": `${head(place)}
        const careless = flow("careless", { runner }, async () => {
          Promise.reject(new Error("left alone"));
          for (let i = 0; i < 10; i++) await turn();
          return same.submit(1);
        });
        await careless().catch(error => console.log("rejected", error.message));
      `,
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^rejected .*left alone/);
  });

  test("a flow that nobody awaits and that fails ends the process, as any promise does", async () => {
    const { code, stdout, stderr } = await script({
      "tasks.mjs": tasks,
      "main.mjs": `${head(place)}
        const failing = flow("failing", { runner }, async () => { await fails.submit("on its own"); });
        failing();
        setTimeout(() => console.log("still here"), 60_000);
      `,
    });
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toContain("Error: on its own");
  });

  test("a flow that is awaited and fails ends the process at the await", async () => {
    const { code, stdout, stderr } = await script({
      "tasks.mjs": tasks,
      "main.mjs": `${head(place)}
        const failing = flow("failing", { runner }, () => fails.submit("thrown on"));
        await failing();
        console.log("not reached");
      `,
    });
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("Error: thrown on");
  });

  test("a script whose top level awaits its own flow runs once, and ends by itself", async () => {
    const { code, stdout, stderr } = await script({
      "main.mjs": `
        import { flow, task, ${place.split("(")[0]} } from "heddle";
        const square = task("square", n => n * n);
        export const report = flow("report", { runner: ${place} }, async numbers => {
          console.log("flow");
          return square.map(numbers);
        });
        console.log("result", (await report([1, 2, 3])).join(" "));
        console.log("again", (await report([4])).join(" "));
      `,
    });
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toBe("flow\nresult 1 4 9\nflow\nagain 16\n");
  });

  test("pending calls keep the process alive, idle workers do not", async () => {
    const { code, stdout } = await script({
      "main.mjs": `
        import { run, task, ${place.split("(")[0]} } from "heddle";
        const later = task("later", async value => {
          await new Promise(resolve => setTimeout(resolve, 200));
          return value;
        });
        run({ runner: ${place} }, () => later.submit("done")).then(console.log);
      `,
    });
    expect([code, stdout]).toEqual([0, "done\n"]);
  });

  test("what tasks print comes out of the program, in order", async () => {
    const { stdout, stderr } = await script({
      "main.mjs": `
        import { run, task, ${place.split("(")[0]} } from "heddle";
        const prints = task("prints", n => { console.log("out", n); console.error("err", n); });
        await run({ runner: ${place} }, async () => { for (const n of [1, 2, 3]) await prints.submit(n); });
      `,
    });
    expect([stdout, stderr]).toEqual(["out 1\nout 2\nout 3\n", "err 1\nerr 2\nerr 3\n"]);
  });

  test("tasks and flow in TypeScript", async () => {
    const { code, stdout, stderr } = await script(
      {
        "main.ts": `
          import { flow, task, type Task, ${place.split("(")[0]} } from "heddle";
          import { half } from "./half.ts";
          interface Point { readonly x: number; readonly y: number }
          const sum: Task<[point: Point], number> = task("sum", (point: Point): number => point.x + half(point.y));
          export const report = flow("report", { runner: ${place} }, (points: Point[]) => sum.map(points));
          console.log((await report([{ x: 1, y: 2 }, { x: 3, y: 4 }])).join(" "));
        `,
        "half.ts": "export const half = (n: number): number => n / 2;",
      },
      { entry: [...typeScript, "main.ts"] },
    );
    expect([code, stdout, stderr]).toEqual([0, "2 5\n", ""]);
  });

  test("what a task asks of heddle itself is answered under tsx, too", async () => {
    const { code, stdout, stderr } = await script(
      {
        "main.ts": `
          import { flow, task, ${place.split("(")[0]} } from "heddle";
          export const leaf = task("leaf", (n: number): number => n + 1);
          export const calls = task("calls", async (n: number) => [await leaf.submit(n), typeof (await leaf.key(n))]);
          export const main = flow("main", { runner: ${place} }, (n: number) => calls.submit(n));
          console.log(JSON.stringify(await main(20)));
        `,
      },
      { entry: ["--import", import.meta.resolve("tsx"), "main.ts"] },
    );
    expect([code, stdout, stderr]).toEqual([0, '[21,"string"]\n', ""]);
  });
});

describe("native code", () => {
  test.each(places.slice(1))("that never ends runs out of time and holds nobody up, on %s", async place => {
    const { stdout } = await script({
      "main.mjs": `
        import { pbkdf2Sync } from "node:crypto";
        import { run, task, ${place.split("(")[0]} } from "heddle";
        const stuck = task("stuck", { timeout: 300 }, () => pbkdf2Sync("a", "b", 2 ** 31 - 1, 64, "sha512").length);
        const quick = task("quick", value => value);
        console.log(await run({ runner: ${place} }, async () => {
          const state = await stuck.submit().wait();
          return [state, ...(await quick.map([1, 2, 3]))].join(" ");
        }));
        process.kill(process.pid, "SIGKILL");
      `,
    });
    expect(stdout).toBe("timedOut 1 2 3\n");
  });
});
