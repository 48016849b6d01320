/** What cannot be an input is told where a target is defined, with its place. */
import { expect, test } from "vitest";
import { dir, file, files, target } from "../../src/build.ts";

const nothing = () => {};
const clean = target("inputsClean", { outputs: { table: file("bld/table") } }, nothing);
const part = target("inputsPart", (k: number) => ({ inputs: { k }, outputs: { o: file(`bld/p${k}`) } }), nothing);
const circle: unknown[] = [];
circle.push([circle]);
let count = 0;
const define = (inputs: Record<string, unknown>) => target("bad", { id: ++count, inputs }, nothing);

test.each([
  [{ table: (clean.outputs as { tabel?: unknown }).tabel }, /inputs\.table.*it is undefined.*Check the name/s],
  [{ deep: [{ a: undefined }] }, /inputs\.deep\.0\.a.*it is undefined/s],
  [{ table: clean }, /inputs\.table.*inputsClean is a target.*inputsClean\.outputs\.table/s],
  [{ all: [clean] }, /inputs\.all\.0.*inputsClean is a target/s],
  [{ part }, /inputs\.part.*is a function.*inputsPart\(1\)\.outputs/s],
  [{ with: { f: nothing } }, /inputs\.with\.f.*the function nothing is a function/s],
  [{ tables: new Map([["a", clean.outputs.table]]) }, /inputs\.tables.*stands in a Map/s],
  [{ deep: [new Set([[dir("a")]])] }, /inputs\.deep\.0.*stands in a Set/s],
  [{ circle }, /inputs\.circle\.0\.0.*it contains itself/s],
  [{ sign: Symbol("a") }, /inputs\.sign.*is a symbol/s],
] as const)("%#", (inputs, message) => {
  expect(() => define(inputs)).toThrow(message);
  expect(() => define(inputs)).toThrow(expect.objectContaining({ code: "OPTION" }));
});

test("what can be one", () => {
  const shared = { a: [1, null, "x", 1n, true] };
  define({ a: 1, b: [shared, shared], c: new Map([[1, { a: 1 }]]), d: new Date(0), e: files("x/*"), f: clean.result });
});

test("a pattern that is none", () => {
  expect(() => files("data/[z-a]*")).toThrow(/files\(…\).*"data\/\[z-a\]\*" is no pattern/s);
  expect(files("data/[a-z]*", "{a,b", "[").patterns).toHaveLength(3);
});
