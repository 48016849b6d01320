import { describe, expect, test } from "vitest";
import { readLimits } from "../../src/cli/run/limits.ts";
import { checkLimits } from "../../src/config/limits.ts";
import { project } from "./rig.ts";

describe("--limit", () => {
  test.each([
    [["gpu=2"], { gpu: { amount: 2 } }],
    [["gpu=0.5", "memory=1e3"], { gpu: { amount: 0.5 }, memory: { amount: 1000 } }],
    [["web=5/1s"], { web: { rate: 5, per: 1000 } }],
    [["web=5/250"], { web: { rate: 5, per: 250 } }],
    [["web=2,5/1s"], { web: { amount: 2, rate: 5, per: 1000 } }],
    [["gpu=1", "gpu=3"], { gpu: { amount: 3 } }],
    [["a=b=2"], { "a=b": { amount: 2 } }],
    [["gpu=2,shared"], { gpu: { amount: 2, shared: true } }],
    [["gpu=shared, 2"], { gpu: { amount: 2, shared: true } }],
  ])("%j", (texts, limits) => {
    expect(readLimits(texts)).toEqual(limits);
    expect(checkLimits(limits, "").size).toBeGreaterThan(0);
  });

  test.each(["gpu", "=2", "gpu=", "gpu=two", "gpu=0", "gpu=-1", "gpu=NaN", "gpu=Infinity", "web=5/", "web=/1s"])(
    "%s is refused",
    text => {
      expect(() => readLimits([text])).toThrow(expect.objectContaining({ code: "USAGE" }));
      expect(() => readLimits([text])).toThrow(`--limit ${text}`);
    },
  );

  test.each([
    ["gpu=shared", "shares no amount"],
    ["web=5/1s,shared", "shares a rate, which is not possible"],
    ["web=2,5/1s,shared", "shares a rate, which is not possible"],
  ])("%s is refused: it %s", (text, problem) => {
    expect(() => readLimits([text])).toThrow(`--limit ${text} ${problem}`);
  });

  test.each(["web=5/soon", "web=5/0s", "web=5/1s/2"])("%s is refused, too", text => {
    expect(() => readLimits([text])).toThrow(/is not a time such as "1s"/);
  });
});

/** A flow that gives how many of its calls ran at once, at most. */
const PIPELINE = `
  import { flow, inline, task } from "heddle";
  let running = 0;
  let most = 0;
  const heavy = task("heavy", { labels: "gpu" }, async n => {
    most = Math.max(most, ++running);
    for (let i = 0; i < 20; i++) await new Promise(setImmediate);
    running--;
  });
  const body = async () => {
    await heavy.map([1, 2, 3, 4, 5, 6]);
    return most;
  };
  export const free = flow("free", body);
  export const limited = flow("limited", { limits: { gpu: 2 } }, body);
`;

const config = (limits: string) => ({ "heddle.config.mjs": `export default { limits: ${limits} };` });

describe("the order: command line, flow, config", () => {
  test.each([
    ["free", [], "6"],
    ["free", ["--limit", "gpu=1"], "1"],
    ["limited", [], "2"],
    ["limited", ["--limit", "heavy=3", "--limit", "gpu=4"], "3"],
  ])("%s %j", async (name, flags, most) => {
    const { code, stdout } = await project({ "p.mjs": PIPELINE }).heddle("run", `p.mjs:${name}`, ...flags);
    expect([code, stdout]).toEqual([0, `${most}\n`]);
  });

  test.each([
    ["free", [], "3"],
    ["limited", [], "2"],
    ["free", ["--limit", "gpu=1"], "1"],
  ])("with a config, %s %j", async (name, flags, most) => {
    const made = project({ "p.mjs": PIPELINE, ...config("{ gpu: 3 }") });
    const { code, stdout } = await made.heddle("run", `p.mjs:${name}`, ...flags);
    expect([code, stdout]).toEqual([0, `${most}\n`]);
  });
});

test("what is no limit exits with 2, before anything runs", async () => {
  const made = project({ "p.mjs": PIPELINE });
  const flag = await made.heddle("run", "p.mjs:free", "--limit", "gpu=0");
  expect([flag.code, flag.stdout]).toEqual([2, ""]);
  expect(flag.stderr).toMatch(/--limit gpu=0 has "0", which is not a number above 0/);
  made.write(config("{ gpu: -2 }"));
  const file = await made.heddle("run", "p.mjs:free");
  expect([file.code, file.stdout]).toEqual([2, ""]);
  expect(file.stderr).toMatch(/heddle\.config\.mjs: limits, gpu: -2 is not a number above 0/);
});
