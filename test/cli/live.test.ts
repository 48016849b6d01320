import { expect, test } from "vitest";
import { project } from "./rig.ts";

/** Gives how many of its results are on disk, once that are so many as may not be in memory. */
const PIPELINE = `
  import { existsSync, readdirSync } from "node:fs";
  import { flow, task, threads } from "heddle";
  const make = task("make", n => new Float64Array(10_000).fill(n));
  const files = () => (existsSync(".heddle/dirs") ? readdirSync(".heddle/dirs", { recursive: true }) : []);
  const away = () => files().filter(name => /\\.live.\\d+$/.test(name)).length;
  export default flow("pipeline", { runner: threads({ workers: 1 }) }, async () => {
    const made = make.map(Array.from({ length: 10 }, (_, i) => i));
    await made.wait();
    while (away() < 7) await new Promise(setImmediate);
    const sums = (await made).map(one => one[9]);
    return sums;
  });
`;

test("--max-live-bytes and the config say how much of results is in memory", async () => {
  const made = project({ "pipeline.mjs": PIPELINE });
  const ran = await made.heddle("run", "pipeline.mjs", "--max-live-bytes", "240kB", "--json");
  expect(ran.code).toBe(0);
  const configured = project({
    "pipeline.mjs": PIPELINE,
    "heddle.config.mjs": 'export default { maxLiveBytes: "240kB" };',
  });
  expect((await configured.heddle("run", "pipeline.mjs")).stdout).toContain("9");
});

test("what is no size is refused", async () => {
  const made = project({ "pipeline.mjs": PIPELINE });
  const { code, stderr } = await made.heddle("run", "pipeline.mjs", "--max-live-bytes", "lots");
  expect(code).toBe(2);
  expect(stderr).toContain('--max-live-bytes: "lots" is not a size');
});
