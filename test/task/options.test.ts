import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { OptionError } from "../../src/errors.ts";
import { inline } from "../../src/runners/inline.ts";
import { backoff } from "../../src/task/backoff.ts";
import type { AnyOptions } from "../../src/task/definition.ts";
import { checkOptions, flowOptions, taskOptions } from "../../src/task/options.ts";

const messageOf = (options: unknown, kind: "task" | "flow" = "task", ofCall = false) => {
  try {
    checkOptions(kind, "score", options as AnyOptions, ofCall);
  } catch (error) {
    expect(error).toBeInstanceOf(OptionError);
    return (error as Error).message;
  }
  return null;
};

const good: Record<string, unknown[]> = {
  priority: [0, -1.5, 10],
  retries: [0, 3],
  retryDelay: [100, "10s", ["1s", 2000], (attempt: number) => attempt],
  retryJitter: [0, 0.5, 1],
  retryIf: [() => true],
  timeout: ["5m", 100],
  description: ["", "scores"],
  tags: [[], ["slow"]],
  callName: ["score-{0.id}", (id: number) => String(id)],
  runner: ["fast", inline()],
  cache: [
    true,
    false,
    {},
    {
      ttl: "1d",
      version: 2,
      ignore: ["verbose"],
      include: [{ dpi: 200 }],
      code: "none",
      files: "trust",
      shallow: true,
    },
    { key: (n: number) => n, when: (value: unknown) => value !== null, version: "a", code: "closure", ttl: undefined },
  ],
  compress: [true, false],
  store: ["results"],
  prefix: [{}, { gpu: "srun" }],
  restart: [true, false],
  labels: ["gpu", [], ["gpu", "web"], { gpu: 1, memoryGb: 0.5 }, {}],
  hold: [[], ["gpu"]],
  limits: [{}, { gpu: 2 }, { web: { rate: 5, per: "1s" } }, { web: { amount: 0.5, rate: 1, per: 250 } }],
  strict: [true, false],
  maxLiveBytes: [1_000_000, "2GB"],
  onError: ["stop", "continue"],
  onStart: [() => {}],
  onSuccess: [() => {}],
  onFailure: [() => {}],
  onRetry: [() => {}],
  onCancel: [() => {}],
};

const bad: [string, unknown][] = [
  ["priority", "high"],
  ["priority", Number.NaN],
  ["retries", -1],
  ["retries", 1.5],
  ["retries", "3"],
  ["retryDelay", "soon"],
  ["retryDelay", -1],
  ["retryDelay", []],
  ["retryDelay", ["1s", "x"]],
  ["retryJitter", 1.1],
  ["retryJitter", -0.1],
  ["retryIf", true],
  ["timeout", "never"],
  ["timeout", -5],
  ["description", 1],
  ["tags", "slow"],
  ["tags", [1]],
  ["callName", 1],
  ["runner", 3],
  ["runner", {}],
  ["runner", null],
  ["cache", "yes"],
  ["cache", null],
  ["cache", { tll: "1d" }],
  ["cache", { ttl: "soon" }],
  ["cache", { version: {} }],
  ["cache", { ignore: "verbose" }],
  ["cache", { include: 3 }],
  ["cache", { code: "all" }],
  ["cache", { key: "id" }],
  ["cache", { when: true }],
  ["cache", { files: "ignore" }],
  ["cache", { shallow: 1 }],
  ["compress", "auto"],
  ["restart", "no"],
  ["labels", 3],
  ["labels", null],
  ["labels", ""],
  ["labels", ["gpu", ""]],
  ["labels", ["gpu", 1]],
  ["labels", { gpu: 0 }],
  ["labels", { gpu: -1 }],
  ["labels", { gpu: Number.NaN }],
  ["labels", { gpu: Number.POSITIVE_INFINITY }],
  ["labels", { gpu: "1" }],
  ["labels", { "": 1 }],
  ["hold", "gpu"],
  ["hold", [1]],
  ["onStart", {}],
  ["onSuccess", "log"],
];

describe("options", () => {
  test("every one of them takes what it is for", () => {
    for (const [kind, known] of [["task", taskOptions] as const, ["flow", flowOptions] as const]) {
      for (const name of known) {
        expect(good[name], `an example of ${name}`).toBeDefined();
        for (const value of good[name]!) expect(messageOf({ [name]: value }, kind)).toBeNull();
        expect(messageOf({ [name]: undefined }, kind)).toBeNull();
      }
    }
  });

  test.each(bad)("%s: %j is refused, naming task and option", (name, value) => {
    expect(messageOf({ [name]: value })).toContain(`task "score", ${name}`);
  });

  test.each([
    ["retires", "retries"],
    ["onsuccess", "onSuccess"],
    ["time-out", "timeout"],
    ["Runner", "runner"],
  ])("%s is unknown, and %s is what was meant", (wrong, right) => {
    expect(messageOf({ [wrong]: 1 })).toContain(`unknown option "${wrong}"`);
    expect(messageOf({ [wrong]: 1 })).toContain(`Did you mean ${right}?`);
  });

  test("what is like no option lists those that there are", () => {
    expect(messageOf({ zzzzzzzz: 1 })).toContain(`Choose one of: ${taskOptions.join(", ")}`);
  });

  test("belong to tasks, flows or calls", () => {
    expect(messageOf({ onError: "stop" }, "task")).toContain("onError");
    expect(messageOf({ restart: true }, "flow")).toContain("restart");
    expect(messageOf({ labels: "gpu" }, "flow")).toContain("labels");
    expect(messageOf({ inFlight: 4 })).toContain("inFlight");
    expect(messageOf({ inFlight: 4 }, "task", true)).toBeNull();
    expect(messageOf({ after: [Promise.resolve()] }, "flow", true)).toBeNull();
    expect(messageOf({ after: Promise.resolve() }, "task", true)).toContain("after");
    expect(messageOf({ after: [3] }, "task", true)).toContain("after");
  });

  test.each(["much", -1, null])("maxLiveBytes: %j is refused for a flow", value => {
    expect(messageOf({ maxLiveBytes: value }, "flow")).toContain("maxLiveBytes");
  });

  test("must be an object", () => {
    expect(messageOf(null)).toContain('task "score"');
    expect(messageOf("retries")).toContain("is not an object of options");
  });
});

describe("backoff", () => {
  test("grows by its factor to its maximum", () => {
    const delay = backoff({ base: "100ms", max: "1s" });
    expect([1, 2, 3, 4, 5, 50, 5000].map(delay)).toEqual([100, 200, 400, 800, 1000, 1000, 1000]);
    expect([1, 2, 3].map(backoff({ base: 10, factor: 1 }))).toEqual([10, 10, 10]);
  });

  test("never gives less than before, nor more than the maximum, nor what is no number", () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.double({ min: 1, max: 100, noNaN: true }), fc.nat(1e9), (base, factor, max) => {
        const delay = backoff({ base, factor, max });
        let last = 0;
        for (let attempt = 1; attempt < 200; attempt += 7) {
          const now = delay(attempt);
          expect(now).toBeGreaterThanOrEqual(last);
          expect(now).toBeLessThanOrEqual(max);
          last = now;
        }
      }),
    );
  });

  test.each([[{ base: "x" }], [{ base: -1 }], [{ base: 1, factor: 0.5 }], [{ base: 1, factor: Number.NaN }]])(
    "refuses %j",
    options => {
      expect(() => backoff(options)).toThrow(OptionError);
    },
  );
});
