import fc from "fast-check";
import { expect, test } from "vitest";
import { dir, file, files } from "../../src/build/declare/nodes.ts";
import { touchedBy } from "../../src/build/graph/touched.ts";
import { graphOf, made } from "./made.ts";

const clean = made("clean", { inputs: { raw: file("data/raw.csv") }, outputs: { o: file("bld/clean") } });
const sum = made("sum", { inputs: { all: files("data/**/*.csv") }, outputs: { site: dir("out") } });
const plot = made("plot", { inputs: { c: file("bld/clean") }, outputs: { o: file("bld/plot") } });
const read = made("read", { inputs: { site: sum.outputs["site"], deep: dir("more") } });
const last = made("last", { after: plot, module: "last.target.ts" });
const graph = graphOf(clean, sum, plot, read, last);

test.each([
  [["data/raw.csv"], ["clean", "last", "plot", "read", "sum"]],
  [["data/a/b.csv"], ["read", "sum"]],
  [["data/a/b.txt"], []],
  [["bld/clean"], ["clean", "last", "plot"]],
  [["bld/plot"], ["last", "plot"]],
  [["out/a/b"], ["read", "sum"]],
  [["more/x"], ["read"]],
  [["moreover"], []],
  [["last.target.ts"], ["last"]],
  [
    ["more/x", "bld/plot"],
    ["last", "plot", "read"],
  ],
])("%j", (places, names) => {
  const reaches = ({ target }: (typeof graph.nodes)[number], place: string) =>
    target.where.startsWith(`/project/${place}`);
  const touched = touchedBy(graph, places, reaches);
  expect([...touched].map(number => graph.nodes[number]!.name).sort()).toEqual(names);
});

test("whoever needs one that is out of date is so too, and nobody else", () => {
  const edges = fc.array(fc.tuple(fc.nat(19), fc.nat(19)), { maxLength: 40 });
  fc.assert(
    fc.property(edges, fc.nat(19), (pairs, changed) => {
      const needs = (number: number) => [...new Set(pairs.filter(([a, b]) => b === number && a < b).map(([a]) => a))];
      const targets = Array.from({ length: 20 }, (_, number) =>
        made(`t${number}`, {
          inputs: { own: file(`in/${number}`), others: needs(number).map(need => file(`bld/${need}`)) },
          outputs: { o: file(`bld/${number}`) },
        }),
      );
      const expected = new Set([changed]);
      for (let number = 0; number < 20; number += 1)
        if (needs(number).some(need => expected.has(need))) expected.add(number);
      const touched = touchedBy(graphOf(...targets), [`in/${changed}`], () => false);
      expect([...touched].sort()).toEqual([...expected].sort());
    }),
  );
});
