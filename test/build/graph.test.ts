/** The graph of targets and files, and what is wrong with it, without a disk. */
import { describe, expect, test } from "vitest";
import type { MadeTarget } from "../../src/build/declare/registry.ts";
import { matcherOf } from "../../src/build/graph/glob.ts";
import { TargetGraph } from "../../src/build/graph/graph.ts";
import { Places } from "../../src/build/graph/places.ts";
import { diskProblems, type OnDisk, problemsOf } from "../../src/build/graph/problems.ts";
import { dir, file, files, target } from "../../src/build.ts";

const nothing = () => {};
const places = new Places("/project");
const at = (...targets: readonly unknown[]) => new TargetGraph(places, targets as MadeTarget[]);
const said = (graph: TargetGraph, outside = false) =>
  problemsOf(graph, { outside }).map(({ kind, says }) => [kind, says]);

describe("what a target needs", () => {
  test("by paths, results, folders, patterns, and order", () => {
    const a = target("a", { outputs: { x: file("bld/a.csv"), all: dir("bld/all") } }, () => 1);
    const b = target(
      "b",
      { inputs: { deep: [{ x: file("./bld/../bld/a.csv") }] }, outputs: { y: file("bld/b.csv") } },
      nothing,
    );
    const c = target("c", { inputs: { n: a.result } }, nothing);
    const d = target("d", { inputs: { one: file("bld/all/sub/1.txt") } }, nothing);
    const e = target("e", { inputs: { all: files("bld/*.csv"), parts: files("bld/all/**/*.txt") } }, nothing);
    const f = target("f", { inputs: { all: a.outputs.all.files }, after: [b, e] }, nothing);
    const g = target("g", { inputs: { everything: dir("bld") } }, nothing);
    const graph = at(f, g, a, b, c, d, e);
    const needs = (of: unknown) =>
      graph.needs[graph.numberOf(of as MadeTarget)!]!.map(number => graph.nodes[number]!.name).sort();
    expect([a, b, c, d, e, f, g].map(needs)).toEqual([
      [],
      ["a"],
      ["a"],
      ["a"],
      ["a", "b"],
      ["a", "b", "e"],
      ["a", "b"],
    ]);
    expect(graph.order().map(number => graph.nodes[number]!.name)).toEqual(["a", "b", "c", "d", "g", "e", "f"]);
    expect(said(graph)).toEqual([]);
  });

  test("targets that others name are there too", () => {
    const part = target("named", (k: number) => ({ inputs: { k }, outputs: { o: file(`bld/named${k}`) } }), nothing);
    const sum = target("sum", { inputs: { parts: [part(1).outputs.o, part(2).outputs.o] } }, nothing);
    const graph = at(sum);
    expect(graph.nodes.map(({ name }) => name)).toEqual(["sum", "named(1)", "named(2)"]);
    expect(part(1)).toBe(part(1));
    expect(graph.add([part(2), part(3)] as unknown as MadeTarget[])).toEqual([3]);
    graph.remove(3);
    expect([graph.nodes.length, graph.makerOf("bld/named3"), graph.makerOf("bld/named2")]).toEqual([3, undefined, 2]);
  });
});

describe("what is wrong is told before anything runs", () => {
  // Case 67.
  test("two makers of one file, and one that names it twice", () => {
    const one = target("one", { outputs: { o: file("bld/same") } }, nothing);
    const two = target("two", { outputs: { o: file("./bld/same") } }, nothing);
    const [[kind, text] = []] = said(at(one, two));
    expect([kind, text?.replace(/\(\S+graph\.test\.ts:\d+:\d+\)/g, "(…)")]).toEqual([
      "twoMakers",
      "bld/same is an output of both one (…) and two (…)",
    ]);
    const twice = target("twice", { outputs: { a: file("bld/t"), b: file("bld/t") } }, nothing);
    expect(said(at(twice))[0]).toEqual(["twoMakers", "twice names the output bld/t twice"]);
  });

  // Case 68.
  test("cycles through files, results and order, with their paths", () => {
    const by = (name: string, reads: string, makes: string) =>
      target(name, { inputs: { i: file(reads) }, outputs: { o: file(makes) } }, nothing);
    const graph = at(
      by("x", "bld/3", "bld/1"),
      by("y", "bld/1", "bld/2"),
      by("z", "bld/2", "bld/3"),
      by("w", "bld/3", "bld/4"),
    );
    expect(problemsOf(graph, { outside: false })).toMatchObject([
      {
        kind: "cycle",
        says: "Targets wait for one another in a circle: x reads bld/3, which z makes; z reads bld/2, which y makes; y reads bld/1, which x makes",
        targets: ["x", "z", "y"],
        paths: ["bld/3", "bld/2", "bld/1"],
      },
    ]);
    const first = target("first", { outputs: { o: file("bld/first") } }, nothing);
    const second = target("second", { inputs: { i: first.result }, outputs: { o: file("bld/second") } }, nothing);
    const options = (first as unknown as MadeTarget).options as { after?: unknown };
    options.after = second;
    expect(said(at(first, second))).toEqual([
      ["cycle", "Targets wait for one another in a circle: first comes after second; second takes the result of first"],
    ]);
  });

  test("outputs outside the project, in other outputs, and that are inputs", () => {
    const out = target("out", { outputs: { o: file("../elsewhere") } }, nothing);
    expect(said(at(out))).toEqual([["outside", "The output /elsewhere of out lies outside the project"]]);
    expect(said(at(out), true)).toEqual([]);
    const folder = target("folder", { outputs: { d: dir("bld/d") } }, nothing);
    const within = target("within", { outputs: { o: file("bld/d/deep/o") } }, nothing);
    expect(said(at(folder, within))).toEqual([
      ["overlap", "The output bld/d/deep/o of within lies in bld/d, which is an output of folder"],
    ]);
    for (const path of [".", "/project", "/"]) {
      const whole = target(`whole${path.length}${path}`, { inputs: { i: dir(path) } }, nothing);
      expect(said(at(whole))[0]).toEqual(["overlap", expect.stringContaining("is the project itself")]);
    }
    const both = target("both", { inputs: { i: file("bld/i") }, outputs: { o: file("bld/i") } }, nothing);
    expect(said(at(both))[0]).toEqual(["readsItsOutput", "bld/i is an input and an output of both"]);
  });

  // Case 69.
  test("inputs that are not there, and folders in the places of files", () => {
    const disk: Record<string, OnDisk> = { "data/folder": "dir", "data/file": "file", "bld/o": "dir", "bld/d": "file" };
    const reader = target(
      "reader",
      {
        inputs: { gone: file("data/gone"), folder: file("data/folder"), all: dir("data/file"), some: files("no/*") },
        outputs: { o: file("bld/o"), d: dir("bld/d") },
      },
      nothing,
    );
    const graph = new TargetGraph(places, [reader] as unknown as MadeTarget[]);
    const at = (path: string) => disk[path] ?? "nothing";
    expect(diskProblems(graph, graph.nodes[0]!, at, () => false).map(({ says }) => says)).toEqual([
      "reader reads data/gone, which is not there, and no target makes it",
      "The input data/folder of reader is a folder",
      "The input data/file of reader is a file",
      "reader reads no/*, but no file is like that, and no target makes one",
      "The output bld/o of reader is a folder",
      "The output bld/d of reader is a file",
    ]);
  });

  // Case 80.
  test("a chain of 50,000, and a cycle of 20,000, without a stack that overflows", () => {
    const link = target(
      "link",
      (k: number, last: number) => ({
        inputs: { i: file(`c/${k === last ? 5 : k}`) },
        outputs: { o: file(`c/${k - 1}`) },
      }),
      nothing,
    );
    const chain = (length: number, last: number) => at(...Array.from({ length }, (_, k) => link(k + 1, last)));
    expect(chain(50_000, 0).order()).toHaveLength(50_000);
    const [cycle] = problemsOf(chain(20_000, 20_000), { outside: false });
    expect(cycle?.targets).toHaveLength(19_995);
    expect(cycle?.says).toMatch(
      /^Targets wait for one another in a circle: link\(6, 20000\) reads .*; and so on, 19992 more$/,
    );
  });
});

describe("places", () => {
  test("are what paths come down to", () => {
    expect(["a/b", "./a//b", "a/../a/b", "/project/a/b"].map(each => places.of(each))).toEqual([
      "a/b",
      "a/b",
      "a/b",
      "a/b",
    ]);
    expect(["..", "/other", "", "."].map(each => places.of(each))).toEqual(["/", "/other", ".", "."]);
  });
});

test.each([
  ["data/*.csv", ["data/a.csv"], ["data/b/a.csv", "data/.a.csv", "a.csv", "data/.csv"]],
  ["**/*.csv", ["a.csv", "x/y/a.csv"], ["x/.git/a.csv", "a.txt"]],
  ["data/**", ["data/a", "data/b/c"], ["data", "data/.a"]],
  ["{a,b/c}/?.t[xs]", ["a/1.tx", "b/c/2.ts"], ["a/12.tx", "c/1.tx", "a/1.ty"]],
  ["a+(b).txt", ["a+(b).txt"], ["aab.txt"]],
  ["[!a]*.txt", ["b.txt"], ["a.txt", ".b.txt"]],
] as const)("the pattern %s", (pattern, yes, no) => {
  const { matches } = matcherOf(pattern);
  expect([...yes, ...no].filter(matches)).toEqual(yes);
});

test("a graph that has grown, and is as it was again", () => {
  const part = target("grown", (k: number) => ({ inputs: { k }, outputs: { o: file(`bld/grown${k}`) } }), nothing);
  const split = target("grower", {}, nothing);
  const sum = target("sumOfGrown", { inputs: { all: files("bld/grown*") }, after: split }, nothing);
  const graph = at(split, sum);
  const likes = () => graph.matching(["bld/grown*"]).files;
  expect([graph.needs[1], likes()]).toEqual([[0], []]);
  const growth = graph.grow([part(1), part(2)] as unknown as MadeTarget[], 0);
  expect([growth.added, [...growth.late], graph.needs[1]]).toEqual([[2, 3], [[1, [2, 3]]], [0, 2, 3]]);
  expect([graph.order(), likes()]).toEqual([
    [0, 2, 3, 1],
    ["bld/grown1", "bld/grown2"],
  ]);
  growth.takeBack();
  expect([graph.needs[1], graph.order(), likes()]).toEqual([[0], [0, 1], []]);
});
