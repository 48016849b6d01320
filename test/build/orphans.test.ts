/** What is said to be left over, and of whom it is not known that they are gone. */
import { basename } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { TargetRecord } from "../../src/build/freshness/record.ts";
import { TargetGraph } from "../../src/build/graph/graph.ts";
import { orphansOf } from "../../src/build/growth/orphans.ts";
import { Records } from "../../src/build/records/records.ts";
import { HEAD, targetProject } from "./rig.ts";

const PARTS = `${HEAD}
  export const part = target("part", k => ({ inputs: { k }, outputs: { o: file("bld/" + k) } }),
    ({ k }, { o }) => writeFileSync(o, k));
  export const split = target("split", { inputs: { ks: file("ks"), gate: file("gate") }, skipIf: () => existsSync(import.meta.dirname + "/skip") },
    ({ ks, gate }) => {
      if (readFileSync(gate, "utf8") === "shut") throw new Error("shut");
      return readFileSync(ks, "utf8").split(" ").map(k => part(k));
    });
`;

test("what was returned by a target that fails, or is left out, is not left over", async () => {
  const { build, write } = targetProject({ "t.target.mjs": PARTS, ks: "x y", gate: "open" });
  await build();
  write({ gate: "shut" });
  expect(await build()).toMatchObject({ ok: false, orphans: [] });
  write({ skip: "" });
  expect(await build()).toMatchObject({ counts: { skipped: 1 }, orphans: [] });
});

test("nor is that of which the target was not chosen, though what it returned would", async () => {
  const { build, write } = targetProject({
    "t.target.mjs": `${PARTS} export const other = target("other", {}, () => 1);`,
    ks: "x y",
    gate: "open",
  });
  await build();
  write({ ks: "y" });
  expect((await build({ targets: "other" })).orphans).toEqual([]);
  expect((await build()).orphans).toEqual(["bld/x"]);
});

const record = (identity: string, ...paths: readonly string[]): TargetRecord => ({
  identity,
  name: identity.slice(identity.indexOf("#") + 1),
  code: "",
  run: "run",
  reads: [],
  makes: paths.map(path => ({ at: path, path, digest: "", size: 1 })),
  result: null,
  returned: [],
  ms: 0,
  at: 0,
});

async function orphansAmong(files: readonly string[], ...records: readonly TargetRecord[]): Promise<string[]> {
  const { folder } = targetProject(Object.fromEntries(files.map(file => [file, "1"])));
  const open = await Records.open(folder, () => {});
  onTestFinished(() => open.close());
  const inProject = (each: TargetRecord) => ({ ...each, identity: `${basename(folder)}/${each.identity}` });
  for (const each of records) open.put(inProject(each));
  const graph = new TargetGraph(open.places, []);
  return orphansOf({ graph, records: open, modules: new Set(["loaded.mjs"]) });
}

test("nor what a module has made that is there and was not loaded, unless its target makes something else by now", async () => {
  const files = ["loaded.mjs", "aside.mjs", "a", "b", "c", "d"];
  const gone = [record("loaded.mjs#t", "a"), record("none.mjs#t", "b")];
  expect(await orphansAmong(files, ...gone, record("aside.mjs#t", "c"))).toEqual(["a", "b"]);
  expect(await orphansAmong(files, record("aside.mjs#t", "a", "b"), record("aside.mjs#t", "b", "c"))).toEqual(["a"]);
});

test("what a target does not make any more is left over, whatever it has made since", async () => {
  const made = [["a", "b"], ["b", "c"], ["c"], ["a"]].map(paths => record("loaded.mjs#t", ...paths));
  expect(await orphansAmong(["loaded.mjs", "a", "b", "c"], ...made)).toEqual(["a", "b", "c"]);
});
