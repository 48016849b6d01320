import { describe, expect, test } from "vitest";
import { choosePlace, configuredRunners, type Wishes } from "../../src/cli/run/place.ts";
import { readWorkers } from "../../src/cli/run/workers.ts";
import type { HeddleConfig } from "../../src/config/config.ts";
import type { Runner } from "../../src/task/runner.ts";

const made = (name: string, workers = 1): Runner => ({
  name,
  workers,
  shared: true,
  open: () => {
    throw new Error("not opened here");
  },
});

function choose(wishes: Partial<Wishes>): Promise<Runner | undefined> {
  return choosePlace({
    runner: undefined,
    workers: undefined,
    own: undefined,
    config: {},
    configFile: "heddle.config.ts",
    ...wishes,
  });
}

const farm = made("farm");
const config: HeddleConfig = {
  runner: "lazy",
  workers: 3,
  runners: {
    farm,
    lazy: ({ workers }) => made("lazy", workers === "auto" ? -1 : (workers ?? 0)),
    broken: () => {
      throw new TypeError("no address");
    },
    late: (() => Promise.resolve(farm)) as never,
  },
};

describe("the order: command line, flow, config, default", () => {
  test("nothing said: left to the run", async () => {
    expect(await choose({})).toBeUndefined();
  });
  test("the command line before all", async () => {
    expect(await choose({ runner: "farm", own: made("own"), config })).toBe(farm);
  });
  test("the flow before the config, also by name", async () => {
    expect(await choose({ own: made("own"), config })).toBeUndefined();
    expect(await choose({ own: "farm", config })).toBe(farm);
  });
  test("the config, with its number of workers; -n before that", async () => {
    expect(await choose({ config })).toMatchObject({ name: "lazy", workers: 3 });
    expect(await choose({ config, workers: 5 })).toMatchObject({ name: "lazy", workers: 5 });
  });
});

describe("errors", () => {
  test("an unknown runner, with the choices", async () => {
    await expect(choose({ runner: "treads", config })).rejects.toThrow(
      'There is no runner called "treads"\n  Choose one of: inline, threads, processes, farm, lazy, broken, late.',
    );
    await expect(choose({ runner: "constructor" })).rejects.toThrow('no runner called "constructor"');
  });
  test("a builder that throws, with the cause", async () => {
    const attempt = choose({ runner: "broken", config });
    await expect(attempt).rejects.toThrow('the runner "broken" could not be made: TypeError: no address');
    await expect(attempt).rejects.toMatchObject({ code: "CONFIG", cause: expect.any(TypeError) });
  });
  test("a builder that gives no runner", async () => {
    await expect(choose({ runner: "late", config })).rejects.toThrow("runners.late did not return a runner");
  });
  test("-n for a runner whose size is fixed", async () => {
    await expect(choose({ runner: "farm", workers: 2, config })).rejects.toThrow(
      '-n 2 cannot change the runner "farm"',
    );
    await expect(choose({ own: made("own"), workers: 2 })).rejects.toThrow('-n 2 cannot change the runner "own"');
  });
});

test("the config's runners are made when somebody asks, once", () => {
  const runners = configuredRunners(config, "heddle.config.ts");
  expect(Object.keys(runners)).toEqual(["farm", "lazy", "broken", "late"]);
  expect(runners["lazy"]).toBe(runners["lazy"]);
  expect(() => runners["broken"]).toThrow("no address");
});

test("-n is a whole number of at least 1, or auto", () => {
  expect(readWorkers("4")).toBe(4);
  expect(readWorkers("auto")).toBe("auto");
  for (const text of ["0", "-1", "1.5", "four", "", "1e3", "99999999999999999999"]) {
    expect(() => readWorkers(text)).toThrow(`-n ${text} is not a number of workers`);
  }
});
