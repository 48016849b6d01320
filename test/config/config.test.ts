import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cacheSettings } from "../../src/config/cache.ts";
import { checkConfig } from "../../src/config/check.ts";
import { defineConfig, type HeddleConfig } from "../../src/config/config.ts";
import { findConfig, findRoot } from "../../src/config/find.ts";
import { loadConfig } from "../../src/config/load.ts";
import { ConfigError } from "../../src/errors.ts";

const runner = { name: "mine", workers: 1, shared: true, open: () => ({}) };

describe("checkConfig", () => {
  test("a full config passes and comes back as it is", () => {
    const config: HeddleConfig = defineConfig({
      runner: "mine",
      workers: "auto",
      runners: { mine: runner, lazy: () => runner },
      limits: { gpu: 2, web: { rate: 5, per: "1s" }, both: { amount: 1, rate: 0.5, per: 100 } },
      onError: "continue",
      strict: true,
      defaults: { retries: 2, retryDelay: [100, "1s"], retryJitter: 0.5, timeout: "10s", priority: 3, restart: false },
      cache: {
        enabled: true,
        maxSize: "2GB",
        ttl: "7d",
        folder: "../store",
        shared: { url: "http://cache.example:7480", token: "t", push: true, secret: "s" },
      },
      build: {
        outside: true,
        paths: ["targets"],
        match: "not slow",
        tags: ["quick"],
        force: ["clean"],
        maxFailures: 3,
        stop: false,
        explain: true,
        dryRun: false,
        watch: false,
        json: false,
      },
      reporter: "plain",
      showCapture: "stderr",
      log: false,
    });
    expect(checkConfig(config, "heddle.config.ts")).toBe(config);
  });

  test("a key that is undefined counts as left out", () => {
    const config = { workers: undefined, defaults: { retries: undefined } };
    expect(checkConfig(config, "heddle.config.ts")).toBe(config);
  });

  test.each([
    [{ runer: "threads" }, 'unknown key "runer"\n  Did you mean runner?'],
    [{ defaults: { retrys: 1 } }, 'unknown key "defaults.retrys"\n  Did you mean retries?'],
    [{ toString: 1 }, 'unknown key "toString"'],
    [{ workers: 0 }, '"workers" is 0\n  It should be a whole number of at least 1, or "auto".'],
    [{ workers: "4" }, '"workers" is "4"'],
    [{ workers: 1.5 }, '"workers" is 1.5'],
    [{ runner: 3 }, '"runner" is 3'],
    [{ runner: {} }, '"runner" is {}\n  It should be the name of a runner, or a runner such as threads().'],
    [{ runners: [] }, '"runners" is []'],
    [{ runners: { farm: "threads" } }, '"runners.farm" is "threads"'],
    [{ limits: [1] }, '"limits" is [ 1 ]\n  It should be an object.'],
    [{ limits: { gpu: 0 } }, "limits, gpu: 0 is not a number above 0"],
    [{ limits: { web: { rates: 5 } } }, 'limits, web: unknown option "rates"\n  Did you mean rate?'],
    [{ limits: { web: { rate: 5 } } }, "limits, web: there is a rate and no per"],
    [{ limits: { web: { rate: 5, per: "soon" } } }, "limits, web"],
    [{ prefix: "srun" }, '"prefix" is "srun"\n  It should be an object.'],
    [{ prefix: { gpu: 3 } }, '"prefix.gpu" is 3\n  It should be a command such as'],
    [{ prefix: { gpu: { per: "worker" } } }, '"prefix.gpu" is { per'],
    [{ prefix: { gpu: "srun | tee" } }, 'prefix.gpu: "srun | tee" has the operator |'],
    [{ onError: "ignore" }, '"onError" is "ignore"\n  It should be one of "stop", "continue".'],
    [{ strict: "yes" }, '"strict" is "yes"\n  It should be true or false.'],
    [{ log: null }, '"log" is null'],
    [{ defaults: { retries: -1 } }, '"defaults.retries" is -1'],
    [{ defaults: { retryJitter: 2 } }, '"defaults.retryJitter" is 2'],
    [{ defaults: { timeout: "soon" } }, '"defaults.timeout" is "soon"\n  It should be a duration'],
    [{ defaults: { retryDelay: [1, "x"] } }, "\"defaults.retryDelay\" is [ 1, 'x' ]"],
    [{ defaults: { retryIf: true } }, '"defaults.retryIf" is true'],
    [{ cache: "yes" }, '"cache" is "yes"\n  It should be true, false, or an object such as { maxSize: "2GB" }.'],
    [{ cache: { maxsize: 1 } }, 'unknown key "cache.maxsize"\n  Did you mean maxSize?'],
    [{ build: true }, '"build" is true\n  It should be an object.'],
    [{ build: { tag: ["a"] } }, 'unknown key "build.tag"\n  Did you mean tags?'],
    [{ build: { tags: "a" } }, '"build.tags" is "a"\n  It should be a list of texts that are not empty.'],
    [{ build: { maxFailures: 0 } }, '"build.maxFailures" is 0\n  It should be a whole number of at least 1.'],
    [{ build: { force: "clean" } }, '"build.force" is "clean"\n  It should be true, false, or a list of names.'],
    [{ maxLiveBytes: "big" }, '"maxLiveBytes" is "big"\n  It should be a size: bytes, or a string such as'],
    [{ cache: { maxSize: "big" } }, '"cache.maxSize" is "big"\n  It should be a size: bytes, or a string such as'],
    [{ cache: { ttl: "soon" } }, '"cache.ttl" is "soon"\n  It should be a duration'],
    [{ cache: { folder: "" } }, '"cache.folder" is ""\n  It should be a text that is not empty.'],
    [{ cache: { shared: "http://x" } }, '"cache.shared" is "http://x"\n  It should be an object.'],
    [{ cache: { shared: { push: true } } }, '"cache.shared" has no url'],
    [{ cache: { shared: { url: "cache.example" } } }, '"cache.shared.url" is "cache.example"'],
    [{ cache: { shared: { url: "ftp://x" } } }, '"cache.shared.url" is "ftp://x"\n  It should be an address such as'],
    [{ cache: { shared: { url: "http://x", tokn: "t" } } }, 'unknown key "cache.shared.tokn"\n  Did you mean token?'],
    [undefined, "there is no default export"],
    [[], "the default export is [], not a config"],
  ])("%j is refused", (value, message) => {
    const attempt = () => checkConfig(value, "heddle.config.ts");
    expect(attempt).toThrow(ConfigError);
    expect(attempt).toThrow(`heddle.config.ts: `);
    expect(attempt).toThrow(message);
  });
});

test.each([
  [{}, { enabled: false }],
  [{ cache: true }, { enabled: true }],
  [{ cache: { maxSize: "1kB", ttl: "1s" } }, { enabled: false, maxSize: 1000, ttl: 1000 }],
  [{ cache: { enabled: true, folder: "x" } }, { enabled: true, folder: "x" }],
])("the cache settings of %j", (config, settings) => {
  expect(cacheSettings(config)).toEqual(settings);
});

describe("on disk", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "heddle-config-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const write = (name: string, text = "") => {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  };

  test("the root is the nearest folder with a config or a package.json", () => {
    write("package.json", "{}");
    write("inner/heddle.config.js");
    write("inner/deep/down/x.ts");
    write("other/x.ts");
    expect(findRoot(path.join(folder, "inner/deep/down"))).toBe(path.join(folder, "inner"));
    expect(findRoot(path.join(folder, "other"))).toBe(folder);
  });

  test("no config is an empty config", async () => {
    const loaded = await loadConfig(folder, () => Promise.reject(new Error("nothing to import")));
    expect(loaded).toEqual({ config: {}, file: null });
  });

  test("the default export is loaded and checked", async () => {
    write("heddle.config.mjs", "export default { workers: 3 };");
    const importer = async (url: string) => (await import(url)) as Record<string, unknown>;
    const loaded = await loadConfig(folder, importer);
    expect(loaded).toEqual({ config: { workers: 3 }, file: path.join(folder, "heddle.config.mjs") });
  });

  test("a bad config is named as a file of the project", async () => {
    write("heddle.config.mjs");
    await expect(loadConfig(folder, async () => ({ default: { workres: 1 } }))).rejects.toThrow(
      'heddle.config.mjs: unknown key "workres"\n  Did you mean workers?',
    );
  });

  test("two configs, or one of an unread type, are errors", () => {
    write("heddle.config.json");
    expect(() => findConfig(folder)).toThrow("heddle.config.json: a config of this type is not read");
    write("heddle.config.ts");
    expect(findConfig(folder)).toBe(path.join(folder, "heddle.config.ts"));
    write("heddle.config.js");
    expect(() => findConfig(folder)).toThrow("there are heddle.config.ts and heddle.config.js");
  });
});
