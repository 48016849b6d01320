/** Builds from programs: what they are given, and what the config of the project says besides. */
import { rmSync } from "node:fs";
import { defineRunner, inline, threads } from "heddle";
import { build as buildOf } from "heddle/build";
import { expect, test } from "vitest";
import { HEAD, targetProject } from "./rig.ts";

const TARGETS = `${HEAD}
  import { threadId } from "node:worker_threads";
  const place = () => (threadId === 0 ? "here" : "there");
  target("slow", { tags: ["big"], outputs: { o: file("bld/slow") } }, (_, { o }) => { tell("slow"); writeFileSync(o, ""); });
  target("quick", { tags: ["small"], outputs: { o: file("bld/quick") } }, (_, { o }) => { tell("quick " + place()); writeFileSync(o, ""); });
  for (const id of [1, 2]) target("bad", { id, tags: ["bad"] }, () => { tell("bad"); throw new Error("bad"); });
`;

test("what the config says of builds holds for programs too, behind what they say themselves", async () => {
  const { build } = targetProject({
    "src/t.target.mjs": TARGETS.replace("/told", "/../told"),
    "other/t.target.mjs": `throw new Error("it is not looked for");`,
    "heddle.config.mjs": `export default {
      runner: "own",
      workers: 1,
      runners: { own: ({ workers }) => globalThis.configuredRunner(workers) },
      defaults: { retries: 1 },
      limits: { big: 1 },
      build: { paths: ["src"], match: "not slow", tags: ["small", "bad"] },
    };`,
  });
  const asked: unknown[] = [];
  (globalThis as { configuredRunner?: unknown }).configuredRunner = (workers: number | undefined) => {
    asked.push(workers);
    return threads({ workers: workers ?? 2 });
  };
  const first = await build();
  expect([first.told, first.counts]).toEqual([
    ["bad", "bad", "bad", "bad", "quick there"],
    { completed: 1, failed: 2 },
  ]);
  expect(asked).toEqual([1]);
  const second = await build({ force: ["quick"], runner: inline() });
  expect([second.told, second.counts]).toEqual([
    ["bad", "bad", "bad", "bad", "quick here"],
    { completed: 1, failed: 2 },
  ]);
  await build({ workers: 2, targets: "quick", force: true });
  expect(asked).toEqual([1, 2]);
  expect((await build({ paths: "src/t.target.mjs", targets: "slow" })).counts).toEqual({});
  await expect(build({ paths: "." })).rejects.toThrow(/it is not looked for/);
});

test("a build stops after as many failures as the config says", async () => {
  const { build } = targetProject({
    "t.target.mjs": `${HEAD} for (const id of [1, 2, 3]) target("bad", { id }, () => { throw new Error("bad"); });`,
    "heddle.config.mjs": "export default { build: { stop: true } };",
  });
  const runner = inline({ concurrency: 1 });
  expect((await build({ runner })).counts).toEqual({ failed: 1, cancelled: 2 });
  expect((await build({ runner, maxFailures: 2 })).counts).toEqual({ failed: 2, cancelled: 1 });
});

test("outputs may lie outside where the config allows it", async () => {
  const { build, folder } = targetProject({
    "t.target.mjs": `${HEAD}
      target("out", { outputs: { o: file(import.meta.dirname + "-out/o") } }, (_, { o }) => writeFileSync(o, ""));`,
    "heddle.config.mjs": "export default { build: { outside: true } };",
  });
  await expect(build({ outside: false })).rejects.toMatchObject({ problems: [{ kind: "outside" }] });
  expect((await build()).counts).toEqual({ completed: 1 });
  rmSync(`${folder}-out`, { recursive: true });
});

test("a config that is wrong, or cannot be loaded, is told", async () => {
  const wrong = targetProject({ "heddle.config.mjs": "export default { build: { outsied: true } };" });
  await expect(wrong.build()).rejects.toMatchObject({ code: "CONFIG", message: expect.stringContaining("outside") });
  const broken = targetProject({ "heddle.config.mjs": "throw new Error('broken');" });
  await expect(broken.build()).rejects.toMatchObject({
    code: "MODULE_LOAD",
    message: expect.stringMatching(/^heddle\.config\.mjs could not be loaded in this process: .*broken/s),
  });
});

const fixed = defineRunner({ name: "fixed", workers: 1, run: bytes => Promise.resolve(bytes) });

test.each([
  [{ target: "a" }, /build\(…\): unknown option "target".*targets/s],
  [7, /build\(…\): 7 is not an object/],
  [{ root: "" }, /build\({ root }\): .*import\.meta\.dirname/s],
  [{ paths: [1] }, /build\({ paths }\)/],
  [{ targets: [() => {}] }, /build\({ targets }\)/],
  [{ runner: 3 }, /build\({ runner }\): 3 is not possible/],
  [{ runner: "nobody" }, /There is no runner called "nobody".*inline, threads, processes/s],
  [{ runners: { a: "threads" } }, /build\({ runners }\)/],
  [{ workers: 0 }, /build\({ workers }\): 0 is not possible/],
  [{ workers: 2, runner: fixed }, /build\({ workers }\): the number of workers of this runner cannot be changed/],
  [{ limits: { gpu: -1 } }, /build\({ limits }\)/],
  [{ limits: "gpu=1" }, /build\({ limits }\)/],
  [{ prefix: "nice" }, /build\({ prefix }\)/],
  [{ force: "a" }, /build\({ force }\)/],
  [{ maxFailures: 0 }, /build\({ maxFailures }\): 0 is not possible/],
  [{ outside: 1 }, /build\({ outside }\)/],
  [{ readers: () => {} }, /build\({ readers }\)/],
  [{ quiet: "yes" }, /build\({ quiet }\)/],
] as const)("%# build() is given what it cannot take", async (options, message) => {
  const { folder } = targetProject({});
  const given = typeof options === "object" ? { root: folder, ...options } : options;
  await expect(buildOf(given as never)).rejects.toThrow(message);
});

test("options that are undefined are not given", async () => {
  const { folder } = targetProject({ "t.target.mjs": `${HEAD} target("a", {}, () => {});` });
  const report = await buildOf({ root: folder, runner: undefined, workers: undefined, paths: undefined } as never);
  expect(report.counts).toEqual({ completed: 1 });
});
