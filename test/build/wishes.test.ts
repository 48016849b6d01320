/** What users say of targets and builds, besides what a target reads and makes. */
import { inline } from "heddle";
import { expect, test } from "vitest";
import { HEAD, targetProject } from "./rig.ts";

/** A target that writes its own name, and says so. */
const simple = (name: string, options = "") =>
  `export const ${name} = target("${name}", { ${options} outputs: { o: file("bld/${name}") } }, (_, { o }) => { tell("${name}"); writeFileSync(o, "${name}"); });\n`;

// Case 71.
test("targets are left out with a reason, and so is what depends on them", async () => {
  const { build } = targetProject({
    "t.target.mjs": `${HEAD}
      ${simple("never", 'skip: "not today",')}
      ${simple("maybe", 'skipIf: () => existsSync(new URL("./off", import.meta.url)) && "it is off",')}
      ${simple("behind", "inputs: { i: never.outputs.o },")}
      ${simple("after", "after: behind,")}
      ${simple("free")}
    `,
    off: "",
  });
  const { targets, told, counts, ok } = await build();
  expect(targets.map(({ name, state, skipped }) => [name, state, skipped])).toEqual([
    ["never", "skipped", "not today"],
    ["maybe", "skipped", "it is off"],
    ["free", "completed", undefined],
    ["behind", "skipped", "never is left out"],
    ["after", "skipped", "behind is left out"],
  ]);
  expect([told, counts, ok]).toEqual([["free"], { skipped: 4, completed: 1 }, true]);
});

// Case 72.
test("what is to persist is taken as it is when it has changed", async () => {
  const { build, write, read, remove } = targetProject({
    "t.target.mjs": `${HEAD}
      export const kept = target("kept", { inputs: { i: file("i") }, outputs: { o: file("bld/o") }, persist: true },
        ({ i }, { o }) => { tell("kept"); writeFileSync(o, readFileSync(i)); });
    `,
    i: "1",
  });
  expect((await build()).states).toEqual({ kept: "completed" });
  write({ "bld/o": "by hand" });
  const persisted = await build();
  expect(persisted.targets[0]).toMatchObject({ state: "persisted", reasons: [{ why: "output", change: "changed" }] });
  expect([(await build()).states, read("bld/o")]).toEqual([{ kept: "fresh" }, "by hand"]);
  remove("bld/o");
  expect((await build()).states).toEqual({ kept: "completed" });
});

// Case 76.
test("order without data is kept, though there is only order", async () => {
  const { build, read } = targetProject({
    "t.target.mjs": `${HEAD}
      export const last = target("last", { after: () => {} , skip: false }, () => {});
    `,
  });
  await expect(build()).rejects.toThrow(/t\.target\.mjs could not be loaded .*target "last", after: /s);
  expect(read("told")).toBe(null);
  const ordered = targetProject({
    "t.target.mjs": `${HEAD}
      const a = target("a", {}, async () => { for (let i = 0; i < 20; i++) await new Promise(setImmediate); tell("1 a"); });
      const b = target("b", { after: [a] }, () => tell("2 b"));
      target("c", { after: b, priority: 10 }, () => tell("3 c"));
    `,
  });
  await ordered.build({ runner: inline() });
  expect(ordered.read("told")).toBe("1 a\n2 b\n3 c\n");
  expect((await ordered.build()).counts).toEqual({ fresh: 3 });
});

test("only what is named is built, with what it needs; or anew, though nothing has changed", async () => {
  const { build } = targetProject({
    "t.target.mjs": `${HEAD}
      ${simple("one")} ${simple("two", "inputs: { i: one.outputs.o },")} ${simple("three", "inputs: { i: two.outputs.o },")}
      for (const id of ["x", "y"]) target("many", { id, outputs: { o: file("bld/" + id) } }, (_, { o }) => { tell("many " + id); writeFileSync(o, id); });
    `,
    "more/other.target.mjs": `${HEAD} ${simple("other")}`.replace("/told", "/../told"),
  });
  expect((await build({ targets: "two" })).told).toEqual(["one", "two"]);
  expect((await build({ targets: ["many[y]"] })).told).toEqual(["many y"]);
  expect((await build({ targets: "many" })).told).toEqual(["many x"]);
  expect((await build({ paths: "more" })).told).toEqual(["other"]);
  expect((await build()).told).toEqual(["three"]);
  expect((await build({ force: ["two"] })).told).toEqual(["two"]);
  expect((await build({ force: true, targets: "two" })).told).toEqual(["two"]);
  await expect(build({ targets: "tow" })).rejects.toThrow(/There is no target "tow".*\n.*Did you mean two\?/);
  expect((await build({ force: true, targets: ["bld/one", "more"] })).told).toEqual(["one", "other"]);
  await expect(build({ paths: "nowhere" })).rejects.toThrow("There is no file or folder nowhere");
});

// Case 32.
test("after so many failures nothing new begins, and what ran is told", async () => {
  const { build } = targetProject({
    "t.target.mjs": `${HEAD}
      for (const id of [1, 2, 3, 4]) target("bad", { id }, () => { tell("bad"); throw new Error("bad " + id); });
      target("last", { priority: -1 }, () => tell("last"));
    `,
  });
  const { told, counts, ok } = await build({ maxFailures: 2, runner: inline({ concurrency: 1 }) });
  expect([told, counts, ok]).toEqual([["bad", "bad"], { failed: 2, cancelled: 3 }, false]);
});

test("problems of the graph are found before anything runs", async () => {
  const { build, read } = targetProject({
    "t.target.mjs": `${HEAD} ${simple("one")}
      export const reads = target("reads", { inputs: { i: file("gone.csv") }, outputs: { o: file("bld/r") } }, () => tell("reads"));
    `,
  });
  await expect(build()).rejects.toMatchObject({
    code: "GRAPH",
    problems: [{ kind: "missingInput", targets: ["reads"], paths: ["gone.csv"] }],
  });
  expect(read("told")).toBe(null);
  expect((await build({ targets: "one" })).told).toEqual(["one"]);
});

test("what a target returns has to fit into the graph", async () => {
  const { build, write } = targetProject({
    "t.target.mjs": `${HEAD} ${simple("one")}
      const part = target("part", where => ({ outputs: { o: file(where) } }), (_, { o }) => writeFileSync(o, "part"));
      export const split = target("split", { inputs: { where: file("where") } }, ({ where }) => part(readFileSync(where, "utf8")));
      export const inner = target("inner", { inputs: { i: file("inner") } }, () => target("made", {}, () => {}));
    `,
    where: "bld/one",
    inner: "",
  });
  const { targets } = await build();
  expect(Object.fromEntries(targets.map(({ name, error }) => [name, error?.message.split("\n")[0]]))).toEqual({
    one: undefined,
    inner: 'The target "made" is defined while inner runs',
    split: expect.stringMatching(/^bld\/one is an output of both one \(.*\) and part\("bld\/one"\) \(.*\)$/),
  });
  write({ where: "bld/fits" });
  expect((await build()).states).toEqual({
    one: "fresh",
    inner: "failed",
    split: "completed",
    'part("bld/fits")': "completed",
  });
});

test("outputs may be written in place", async () => {
  const { build, read, write } = targetProject({
    "t.target.mjs": `${HEAD}
      export const log = target("log", { inputs: { i: file("i") }, outputs: { o: file("bld/log") }, atomic: false },
        ({ i }, { o }) => appendFileSync(o, readFileSync(i)));
    `,
    i: "1",
  });
  await build();
  write({ i: "2" });
  await build();
  expect(read("bld/log")).toBe("12");
});

test.each([
  ["async () => false", /target "one", skipIf.*it has returned Promise/s],
  ["() => 0", /target "one", skipIf.*it has returned 0/s],
  ['() => { throw new Error("no"); }', /target "one", skipIf.*it has thrown: no/s],
])("skipIf as %s is refused", async (skipIf, message) => {
  const { build } = targetProject({ "t.target.mjs": `${HEAD} ${simple("one", `skipIf: ${skipIf},`)}` });
  await expect(build()).rejects.toThrow(message);
});

test("what is to persist is built if it makes no file, or gives a result that nobody knows", async () => {
  const { build, write } = targetProject({
    "t.target.mjs": `${HEAD}
      export const word = target("word", { inputs: { i: file("i") }, persist: true }, () => { tell("word"); return "w"; });
      export const both = target("both", { outputs: { o: file("bld/both") }, persist: true },
        (_, { o }) => { tell("both"); writeFileSync(o, ""); return "b"; });
      target("take", { inputs: { b: both.result } }, ({ b }) => tell("take " + b));
    `,
    i: "1",
    "bld/both": "by hand",
  });
  expect((await build()).told).toEqual(["both", "take b", "word"]);
  write({ i: "2" });
  expect((await build()).states).toEqual({ word: "persisted", both: "fresh", take: "fresh" });
});
