import { expect, test } from "vitest";
import { targetProject } from "./targets.ts";

const FILES = {
  "b/plots.target.mjs": `
    import { clean } from "../a.target.mjs";
    export const plot = target("plot", k => ({ inputs: { table: clean.outputs.table, all: files("data/*.csv"), k, n: clean.result }, outputs: { pages: dir(\`out/\${k}\`) }, tags: ["art", "slow"] }), copy);
    plot("x");
    target("last", { after: plot("x"), skip: "not yet" }, copy);
  `,
  "a.target.mjs": `
    export const clean = target("clean", { description: "the cleaned table", inputs: { raw: file("data/raw.csv") }, outputs: { table: file("bld/clean.json") } }, copy);
  `,
};

test("targets by module", async () => {
  const { heddle } = targetProject(FILES);
  expect(await heddle("collect")).toEqual({
    code: 0,
    err: "",
    out: [
      "a.target.mjs",
      "  clean  the cleaned table",
      "b/plots.target.mjs",
      '  plot("x")  #art  #slow',
      "  last  skipped: not yet",
      "",
      "3 targets in 2 modules",
      "",
    ].join("\n"),
  });
});

test("with their files", async () => {
  const { heddle } = targetProject(FILES);
  expect((await heddle("collect", "--files", "-k", "not clean")).out).toBe(
    [
      "b/plots.target.mjs",
      '  plot("x")  #art  #slow',
      "    ← bld/clean.json",
      "    ← data/*.csv",
      "    ← the result of clean",
      "    → out/x/",
      "  last  skipped: not yet",
      '    ← after plot("x")',
      "",
      "2 targets in 1 module",
      "",
    ].join("\n"),
  );
});

test("as JSON", async () => {
  const { heddle, folder } = targetProject(FILES);
  const { out } = await heddle("collect", "--json", "plot");
  expect(JSON.parse(out)).toEqual({
    targets: [
      {
        name: 'plot("x")',
        identity: expect.stringContaining('b/plots.target.mjs#plot ("x")'),
        module: "b/plots.target.mjs",
        where: expect.stringContaining(folder),
        tags: ["art", "slow"],
        inputs: [
          { at: "table", kind: "file", paths: ["bld/clean.json"], from: ["clean"] },
          { at: "all", kind: "files", paths: ["data/*.csv"], from: [] },
          { at: "n", kind: "result", from: ["clean"] },
        ],
        outputs: [{ at: "pages", kind: "dir", path: "out/x" }],
        after: [],
        needs: ["clean"],
      },
    ],
  });
});

test("what modules print does not mix with it, and those that do not load are told", async () => {
  const { heddle } = targetProject({ "a.target.mjs": `process.stdout.write("loud"); target("a", {}, copy);` });
  const { out, err } = await heddle("collect", "--json");
  expect(JSON.parse(out).targets).toHaveLength(1);
  expect(err).toBe("loud");
  const broken = targetProject({ "a.target.mjs": `throw new Error("not today");` });
  expect(await broken.heddle("collect")).toMatchObject({ code: 3, err: expect.stringContaining("not today") });
});

test("targets that were returned are among them once they have been", async () => {
  const { heddle } = targetProject({
    "a.target.mjs": `
      export const part = target("part", k => ({ outputs: { o: file(\`bld/\${k}\`) } }), copy);
      target("split", {}, () => [part(1), part(2)]);
    `,
  });
  const names = async () =>
    JSON.parse((await heddle("collect", "--json")).out).targets.map(({ name }: { name: string }) => name);
  expect(await names()).toEqual(["split"]);
  await heddle("build");
  expect(await names()).toEqual(["split", "part(1)", "part(2)"]);
});
