import { describe, expect, test } from "vitest";
import { dir, file, files } from "../../src/build/declare/nodes.ts";
import { readExpression, select, type Wanted } from "../../src/build/selection/select.ts";
import { graphOf, made } from "./made.ts";

const clean = made("clean", {
  outputs: { table: file("bld/clean.json") },
  tags: ["quick"],
  module: "data/clean.target.ts",
});
const stats = made("stats", { inputs: { table: clean.outputs["table"] }, outputs: { all: file("bld/stats.json") } });
const plots = [1, 2].map(k =>
  made("plot", {
    parameters: [k],
    inputs: { s: file("bld/stats.json"), k },
    outputs: { svg: file(`bld/${k}.svg`) },
    tags: ["art"],
  }),
);
const pages = [2023, 2024].map(id =>
  made("page", { id, outputs: { parts: dir(`out/${id}`) }, module: "web/page.target.ts" }),
);
const site = made("site", {
  inputs: { pages: files("out/**/*.html") },
  after: plots[0]!,
  tags: ["quick", "art"],
  module: "web/site.target.ts",
});
const graph = graphOf(clean, stats, ...plots, ...pages, site);

function chosenBy(wanted: Wanted, ...placeOf: [] | [(path: string) => string]): string[] {
  const { selects } = select(wanted, graph.nodes, ["late(1)"], graph.places, ...placeOf);
  return graph.nodes.filter(selects).map(({ name }) => name);
}

describe("words", () => {
  test.each([
    [[], ["clean", "stats", "plot(1)", "plot(2)", "page[2023]", "page[2024]", "site"]],
    [["stats"], ["stats"]],
    [
      ["plot(2)", "clean"],
      ["clean", "plot(2)"],
    ],
    [["plot"], ["plot(1)", "plot(2)"]],
    [["page"], ["page[2023]", "page[2024]"]],
    [["bld/2.svg"], ["plot(2)"]],
    [["out/2024/a/b.html"], ["page[2024]"]],
    [["web/site.target.ts"], ["site"]],
    [["./web"], ["page[2023]", "page[2024]", "site"]],
    [["/project/data/"], ["clean"]],
    [["."], ["clean", "stats", "plot(1)", "plot(2)", "page[2023]", "page[2024]", "site"]],
  ] as const)("%j", (words, names) => {
    expect(chosenBy({ words })).toEqual(names);
  });

  test("are paths from where the user is", () => {
    expect(chosenBy({ words: ["../data"] }, path => graph.places.of(`web/${path}`))).toEqual(["clean"]);
  });

  test("that mean nothing are told, with what may have been meant", () => {
    const words = ["stat", "clean", "bld/1.svk", "nothing at all", "late(1)"];
    expect(select({ words }, graph.nodes, ["late(1)"], graph.places).unknown).toEqual([
      { word: "stat", near: "stats" },
      { word: "bld/1.svk", near: "bld/1.svg" },
      { word: "nothing at all", near: undefined },
    ]);
  });

  test("that are names are no paths", () => {
    const web = made("web", { module: "other.target.ts" });
    const { selects } = select({ words: ["web"] }, [...graph.nodes, ...graphOf(web).nodes], [], graph.places);
    expect(graph.nodes.filter(selects)).toEqual([]);
  });

  test("are heeded by targets that become known later", () => {
    const { selects } = select({ words: ["late(1)"] }, graph.nodes, ["late(1)"], graph.places);
    const late = [1, 2].map(k => made("late", { parameters: [k] }));
    expect(graphOf(...late).nodes.map(selects)).toEqual([true, false]);
  });
});

describe("expressions and tags", () => {
  test.each([
    ["clean", [], ["clean"]],
    ["PLOT", [], ["plot(1)", "plot(2)"]],
    ["plot(2) or page[2023]", [], ["plot(2)", "page[2023]"]],
    ["web/ and not site", [], ["page[2023]", "page[2024]"]],
    ["not (web or plot)", [], ["clean", "stats"]],
    ["s", ["art"], ["plot(1)", "plot(2)", "site"]],
    [undefined, ["quick"], ["clean", "site"]],
    [undefined, ["quick", "art"], ["clean", "plot(1)", "plot(2)", "site"]],
    [undefined, ["slow"], []],
  ] as const)("%s of %j", (match, tags, names) => {
    expect(chosenBy({ tags, ...(match !== undefined && { match: readExpression(match, "-k") }) })).toEqual(names);
  });

  test("what they choose is chosen among the words", () => {
    expect(chosenBy({ words: ["plot", "clean"], match: readExpression("not 1", "-k") })).toEqual(["clean", "plot(2)"]);
  });

  test("a misspelt one is shown where", () => {
    expect(() => readExpression("clean and and plot", "-k")).toThrow(
      /-k: at column 11, a name is missing behind "and"\n {4}clean and and plot\n {14}\^/,
    );
  });
});
