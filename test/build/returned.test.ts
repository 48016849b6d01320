import { threads } from "heddle";
import { expect, test } from "vitest";
import { HEAD, targetProject } from "./rig.ts";

test("what a returned target needs is built once, though others have begun it", async () => {
  const { build, write } = targetProject({
    "t.target.mjs": `${HEAD}
      export const give = target("give", {}, () => [last(1)]);
      export const first = target("first", { inputs: { raw: file("raw") }, outputs: { o: file("bld/first") } },
        ({ raw }, { o }) => { tell("first"); writeFileSync(o, readFileSync(raw)); });
      export const second = target("second", { inputs: { i: first.outputs.o }, outputs: { o: file("bld/second") } },
        ({ i }, { o }) => { tell("second"); writeFileSync(o, readFileSync(i)); });
      export const last = target("last", k => ({ inputs: { i: second.outputs.o }, outputs: { o: file("bld/last") } }),
        ({ i }, { o }) => { tell("last"); writeFileSync(o, readFileSync(i)); });
    `,
    raw: "a",
  });
  const runner = threads({ workers: 1 });
  await build({ runner });
  write({ raw: "b" });
  const { told, states } = await build({ runner });
  expect(told).toEqual(["first", "last", "second"]);
  expect(states).toEqual({ give: "fresh", first: "completed", second: "completed", "last(1)": "completed" });
});

/** A target that returns one for each word of a list, and what else a project has. */
const split = (more: string) => `${HEAD}
  const write = (name, o, text) => { tell(name); writeFileSync(o, text); };
  export const split = target("split", { inputs: { list: file("list") } },
    ({ list }) => readFileSync(list, "utf8").split(" ").map(k => part(k)));
  export const part = target("part", k => ({ inputs: { k }, outputs: { o: file("bld/part-" + k) } }),
    ({ k }, { o }) => write("part " + k, o, k));
  ${more}
`;

test.each([
  ["files", 'files("bld/part-*")', "parts"],
  ["dir", 'dir("bld")', '["a", "b", "c", "d"].map(k => parts + "/part-" + k).filter(path => existsSync(path))'],
])("who reads %s and comes after a target reads what that has returned", async (_, input, paths) => {
  const { build, read, write } = targetProject({
    "t.target.mjs": split(`
      export const sum = target("sum", { inputs: { parts: ${input} }, after: split, outputs: { o: file("out/sum") } },
        ({ parts }, { o }) => write("sum", o, ${paths}.map(path => readFileSync(path, "utf8")).join("+")));
      target("behind", { inputs: { i: sum.outputs.o }, outputs: { o: file("out/behind") } },
        ({ i }, { o }) => write("behind", o, readFileSync(i)));
    `),
    list: "a b",
  });
  const runner = threads({ workers: 2 });
  expect((await build({ runner })).told).toEqual(["behind", "part a", "part b", "sum"]);
  expect(read("out/behind")).toBe("a+b");
  expect((await build({ runner })).counts).toEqual({ fresh: 5 });
  write({ list: "a b c" });
  expect((await build({ runner })).told).toEqual(["behind", "part c", "sum"]);
  expect(read("out/behind")).toBe("a+b+c");
  write({ list: "a b c d" });
  expect((await build({ runner, targets: "behind" })).told).toEqual(["behind", "part d", "sum"]);
  expect(read("out/behind")).toBe("a+b+c+d");
  expect((await build({ runner })).counts).toEqual({ fresh: 7 });
});

test("who comes after a target comes after what that has returned, though it was there before", async () => {
  const { build, read } = targetProject({
    "t.target.mjs": split(`
      export const other = target("other", { outputs: { o: file("bld/other") } }, async (_, { o }) => {
        for (let i = 0; i < 20; i++) await new Promise(setImmediate);
        write("other", o, "");
      });
      export const give = target("give", {}, () => [part("x"), other]);
      target("last", { after: give }, () => tell("last"));
    `),
    list: "a",
  });
  expect((await build({ targets: "last" })).states).toEqual({
    give: "completed",
    other: "completed",
    'part("x")': "completed",
    last: "completed",
  });
  expect(read("told")).toMatch(/last\n$/);
  expect((await build({ targets: "give" })).states).toEqual({ give: "fresh", other: "fresh", 'part("x")': "fresh" });
});

test("what is returned is built, though it was there before", async () => {
  const { build } = targetProject({
    "t.target.mjs": split(`
      export const other = target("other", { outputs: { o: file("bld/other") } }, (_, { o }) => write("other", o, ""));
      target("give", {}, () => [other]);
    `),
    list: "a",
  });
  expect((await build({ targets: "give" })).told).toEqual(["other"]);
  expect((await build({ targets: "give" })).states).toEqual({ give: "fresh", other: "fresh" });
});

test("who fails among what was returned keeps those that come after from being built", async () => {
  const { build } = targetProject({
    "t.target.mjs": split(`
      export const bad = target("bad", k => ({ inputs: { k } }), () => { throw new Error("bad"); });
      export const off = target("off", k => ({ inputs: { k }, skip: "not today" }), () => {});
      export const give = target("give", {}, () => [bad(1)]);
      export const skips = target("skips", {}, () => [off(1)]);
      target("last", { after: give }, () => tell("last"));
      target("left", { after: skips }, () => tell("left"));
    `),
    list: "a",
  });
  const { states, told } = await build({ targets: ["last", "left"] });
  expect(states).toMatchObject({ "bad(1)": "failed", last: "upstreamFailed", "off(1)": "skipped", left: "skipped" });
  expect(told).toEqual([]);
});

test("who reads what is returned, and does not come after who returned it, is told so", async () => {
  const { build } = targetProject({
    "t.target.mjs": split(`
      target("sum", { inputs: { parts: files("bld/*") }, outputs: { o: file("out/sum") } }, (_, { o }) => write("sum", o, ""));
    `),
    list: "a",
    "bld/by-hand": "",
  });
  const { targets } = await build();
  const error = targets.find(({ name }) => name === "split")?.error;
  expect(error?.message).toMatch(
    /sum reads what part\("a"\) makes \(bld\/part-a\), but that is known only when split has returned it.*\n.*after: \[split\]/,
  );
});

test("parameters that JSON does not have come back from records", async () => {
  const { build } = targetProject({
    "t.target.mjs": `${HEAD}
      export const odd = target("odd", k => ({ inputs: { k: String(k), zero: Object.is(k, -0) } }), ({ k }) => tell(k));
      export const give = target("give", {}, () => [Number.NaN, -0, undefined, Infinity, -Infinity, null, "NaN"].map(k => odd(k)));
    `,
  });
  const { told, states } = await build();
  expect(told).toEqual(["-Infinity", "0", "Infinity", "NaN", "NaN", "null", "undefined"]);
  const again = await build();
  expect([again.told, Object.keys(again.states).sort()]).toEqual([[], Object.keys(states).sort()]);
  expect(again.counts).toEqual({ fresh: 8 });
});

test("targets that are returned in Maps and Sets are told", async () => {
  const { build } = targetProject({
    "t.target.mjs": `${HEAD}
      export const part = target("part", k => ({ inputs: { k } }), () => {});
      target("map", {}, () => ({ all: new Map([["a", part(1)]]) }));
      target("set", {}, () => [part(2), new Set([[part(3)]])]);
      const circle = new Map();
      circle.set("self", circle);
      target("plain", {}, () => [new Map([[1, new Set([{}])]]), circle]);
    `,
  });
  const { targets } = await build();
  expect(targets.map(({ name, error }) => [name, error?.message])).toEqual([
    ["map", expect.stringMatching(/^target "map": it has returned part\(1\) in a Map, .*\n.*in arrays or objects/)],
    ["set", expect.stringMatching(/^target "set": it has returned a container with targets in a Set, /)],
    ["plain", undefined],
  ]);
});
