import { describe, expect, test } from "vitest";
import { readWorkers } from "../../src/cli/run/workers.ts";
import type { HeddleConfig } from "../../src/config/config.ts";
import { choosePlace, type PlaceWishes, runnersByName } from "../../src/run/choose-place.ts";
import type { Runner } from "../../src/task/runner.ts";

const made = (name: string, workers = 1): Runner => ({
  name,
  workers,
  shared: true,
  open: () => {
    throw new Error("not opened here");
  },
});

function choose(wishes: Partial<PlaceWishes>): ReturnType<typeof choosePlace> {
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
  test("nothing said: left to the run", () => {
    expect(choose({})).toEqual({});
  });
  test("the command line before all", () => {
    expect(choose({ runner: "farm", own: made("own"), config }).runner).toBe(farm);
    expect(choose({ workers: 2 }).runner).toMatchObject({ name: "threads", workers: 2 });
    expect(choose({ workers: 2, own: "processes" }).runner).toMatchObject({ name: "processes", workers: 2 });
    expect(choose({ workers: 5, config }).runner).toMatchObject({ name: "lazy", workers: 5 });
    expect(choose({ runner: "inline", workers: 2, config }).runner).toMatchObject({ name: "inline" });
  });
  test("the config only for flows that name no runner", () => {
    expect(choose({ config })).toEqual({ fallback: expect.objectContaining({ name: "lazy", workers: 3 }) });
    expect(choose({ own: made("own"), config }).runner).toBeUndefined();
    expect(choose({ config: { workers: 2 } }).fallback).toMatchObject({ name: "threads", workers: 2 });
    expect(choose({ config: { runner: farm } }).fallback).toBe(farm);
  });
});

test("clusters by their names and addresses", () => {
  expect(choose({ runner: "dask", workers: 3 }).runner).toMatchObject({ name: "dask", workers: 3 });
  expect(choose({ runner: "ray", workers: 3 }).runner).toMatchObject({ name: "ray", workers: 3 });
  for (const [address, name] of [
    ["tcp://scheduler:8786", "dask"],
    ["ray://head:10001", "ray"],
  ]) {
    expect(choose({ runner: address! }).runner).toMatchObject({ name, workers: Number.POSITIVE_INFINITY });
  }
});

describe("errors", () => {
  test("an unknown runner, with the choices", () => {
    expect(() => choose({ runner: "treads", config })).toThrow(
      'There is no runner called "treads"\n  Choose one of: inline, threads, processes, dask, ray, farm, lazy, broken, late.',
    );
    expect(() => choose({ runner: "constructor" })).toThrow('no runner called "constructor"');
  });
  test("a builder that throws, with the cause", () => {
    const attempt = () => choose({ runner: "broken", config });
    expect(attempt).toThrow('the runner "broken" could not be made: TypeError: no address');
    expect(attempt).toThrow(expect.objectContaining({ code: "CONFIG", cause: expect.any(TypeError) }));
  });
  test("a builder that gives no runner", () => {
    expect(() => choose({ runner: "late", config })).toThrow("runners.late did not return a runner");
  });
  test("-n for a runner whose size is fixed", () => {
    expect(() => choose({ runner: "farm", workers: 2, config })).toThrow('-n 2 cannot change the runner "farm"');
    expect(() => choose({ own: made("own"), workers: 2 })).toThrow('-n 2 cannot change the runner "own"');
  });
});

test("runners by name are made when somebody asks, once", () => {
  const runners = runnersByName(config, "heddle.config.ts");
  expect(Object.keys(runners)).toEqual([
    ...["inline", "threads", "processes", "dask", "ray"],
    ...["farm", "lazy", "broken", "late"],
  ]);
  expect(runners["lazy"]).toBe(runners["lazy"]);
  expect(runners["threads"]).toMatchObject({ name: "threads", workers: 3 });
  expect(() => runners["broken"]).toThrow("no address");
});

test("-n is a whole number of at least 1, or auto", () => {
  expect(readWorkers("4")).toBe(4);
  expect(readWorkers("auto")).toBe("auto");
  for (const text of ["0", "-1", "1.5", "four", "", "1e3", "99999999999999999999"]) {
    expect(() => readWorkers(text)).toThrow(`-n ${text} is not a number of workers`);
  }
});
