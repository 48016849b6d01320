import { expect, test } from "vitest";
import { targetProject } from "./targets.ts";

const FILES = {
  "data/raw.csv": "a",
  "data/more.csv": "b",
  "my.target.mjs": `
    const clean = target("clean", { inputs: { raw: file("data/raw.csv") }, outputs: { o: file("bld/clean") } }, copy);
    const part = target("part", k => ({ inputs: { c: clean.outputs.o, k }, outputs: { o: file(\`bld/\${k}\`) } }), copy);
    const pages = target("pages", { inputs: { all: files("data/*.csv"), one: part(1).outputs.o }, outputs: { site: dir("out/site") } }, (_, { site }) => writeFileSync(site + "/index", ""));
    target("check", { inputs: { pages: pages.outputs.site.files, n: part(2).result }, after: clean }, () => {});
    target("off", { skip: "not today" }, copy);
  `,
};

const EDGES = [
  "bld/1 → pages",
  "bld/clean → part(1)",
  "bld/clean → part(2)",
  "clean → bld/clean",
  "clean → check",
  "data/*.csv → pages",
  "data/raw.csv → clean",
  "out/site/ → check",
  "pages → out/site/",
  "part(1) → bld/1",
  "part(2) → bld/2",
  "part(2) → check",
];

function edgesOfMermaid(text: string): string[] {
  const plain = (label: string) => label.replace(/#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
  const names = new Map<string, string>();
  for (const [, id, label] of text.matchAll(/^ +(n\d+)[([]+"(.*?)"/gm)) names.set(id!, plain(label!));
  return [...text.matchAll(/^ +(n\d+) --> (n\d+)$/gm)]
    .map(([, from, to]) => `${names.get(from!)} → ${names.get(to!)}`)
    .sort();
}

test("targets and files, with what would become of them", async () => {
  const { heddle } = targetProject(FILES);
  const { code, out } = await heddle("graph");
  expect(code).toBe(0);
  expect(edgesOfMermaid(out)).toEqual(EDGES);
  for (const state of ["run", "skipped", "source"]) expect(out).toContain(`classDef ${state} `);
  await heddle("build");
  expect((await heddle("graph")).out).toContain("classDef fresh ");
});

test("targets alone, or those that were chosen with what they need", async () => {
  const { heddle } = targetProject(FILES);
  const without = edgesOfMermaid((await heddle("graph", "--no-files")).out);
  expect(without).toEqual([
    "clean → check",
    "clean → part(1)",
    "clean → part(2)",
    "pages → check",
    "part(1) → pages",
    "part(2) → check",
  ]);
  expect(edgesOfMermaid((await heddle("graph", "part(2)")).out)).toEqual(
    EDGES.filter(edge => !/pages|check|1/.test(edge)),
  );
});

test("what is of one family is one, if that is asked for or there are many", async () => {
  const { heddle } = targetProject(FILES);
  const { out } = await heddle("graph", "--group");
  expect(edgesOfMermaid(out)).toContain("clean → part × 2<br/>1 run, 1 mayRun".replace("1 run, 1 mayRun", "2 run"));
  const many = targetProject({
    "my.target.mjs": `
      const one = target("one", { outputs: { o: file("one") } }, copy);
      const part = target("part", k => ({ inputs: { i: one.outputs.o }, outputs: { o: file(\`bld/\${k}\`) } }), copy);
      for (let k = 0; k < 300; k += 1) part(k);
    `,
  });
  expect(edgesOfMermaid((await many.heddle("graph")).out)).toEqual(["one → part × 300<br/>300 run"]);
  expect(edgesOfMermaid((await many.heddle("graph", "--no-group")).out)).toHaveLength(601);
});

test("as a tree to read", async () => {
  const { heddle } = targetProject(FILES);
  expect((await heddle("graph", "--format", "text")).out).toBe(
    [
      "off  skipped",
      "check  would run",
      "├─ pages  would run",
      "│  ├─ part(1)  would run",
      "│  │  └─ clean  would run",
      "│  │     └─ data/raw.csv",
      "│  └─ data/*.csv",
      "├─ part(2)  would run",
      "│  └─ clean  would run …",
      "└─ clean  would run …",
      "",
    ].join("\n"),
  );
});

test("as JSON, DOT and SVG", async () => {
  const { heddle, read } = targetProject(FILES);
  const { targets, edges } = JSON.parse((await heddle("graph", "--format", "json", "part(2)")).out);
  expect(targets[1]).toEqual({
    name: "part(2)",
    identity: expect.stringContaining("my.target.mjs#part (2)"),
    state: "run",
    reasons: ["it was never built", "it needs clean"],
    inputs: ["bld/clean"],
    outputs: ["bld/2"],
  });
  expect(edges).toEqual([{ from: "clean", to: "part(2)" }]);
  const { out } = await heddle("graph", "--format", "dot");
  expect(out).toMatch(/label="bld\/clean".*shape=note/);
  expect(await heddle("graph", "--out", "graph.svg")).toMatchObject({
    code: 0,
    err: "graph.svg: 6 targets: 5 run, 1 skipped\n",
  });
  expect(read("graph.svg")).toContain("</svg>");
});

test("flows are drawn as before, and as text too", async () => {
  const { heddle } = targetProject({
    "pipeline.mjs": `
      import { flow, task } from "heddle";
      export const a = task("a", n => n);
      export default flow("main", n => a.submit(n));
    `,
  });
  const { out } = await heddle("graph", "pipeline.mjs", "--format", "text");
  expect(out).toMatch(/^main-\d+\n {2}▸ a-\d+ +would run/);
  expect((await heddle("graph", "nothing.mjs")).err).toContain("There is no file nothing.mjs");
});
