import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { buildApart } from "./apart.ts";
import { HEAD, targetProject } from "./rig.ts";

test("what of a target's code counts otherwise than one may think is said once, when it is built", async () => {
  const project = targetProject({
    "all.target.mjs": `${HEAD}
      import { createRequire } from "node:module";
      const load = createRequire(import.meta.url);
      const part = target("part", k => ({ inputs: { k }, outputs: { o: file("bld/" + k) } }), ({ k }, { o }) => {
        const { name } = load(process.env.PART ?? "./package.json");
        writeFileSync(o, name + k);
      });
      part(1);
      part(2);
    `,
    "package.json": '{ "name": "parts", "type": "module" }',
  });
  const warned = async () => {
    const { events, ok } = await project.build();
    expect(ok).toBe(true);
    return events.flatMap(event => (event.type === "warning" ? event.message : []));
  };
  const said = await warned();
  expect(said).toContainEqual(expect.stringMatching(/^The code of part: .* so the whole of all modules counts\.$/));
  expect(said).toContainEqual(
    "The code of part reads the environment variable PART, which does not count: give it to the target as an input",
  );
  expect(new Set(said).size).toBe(said.length);
  expect(await warned()).toEqual([]);
});

test.each([
  ["module", "t.target.mjs"],
  ["module that another imports", "lib.mjs"],
])("a %s that is edited while it is loaded is not taken for what made an output", async (_, edited) => {
  const { folder, read } = targetProject({
    "t.target.mjs": `${HEAD}
      import { statSync } from "node:fs";
      import { by } from "./lib.mjs";
      target("t", { outputs: { o: file("o") } }, (_, { o }) => writeFileSync(o, "first " + by()));
      const began = Date.now();
      const path = import.meta.dirname + "/${edited}";
      const text = readFileSync(path, "utf8").replace("first", "second");
      if (existsSync(import.meta.dirname + "/edits")) {
        while (statSync(path).mtimeMs < began + 2) writeFileSync(path, text);
      }
    `,
    "lib.mjs": 'export const by = () => "by first";',
    edits: "",
  });
  expect((await buildApart(folder)).states).toEqual({ t: "completed" });
  expect(read("o")).toBe("first by first");
  rmSync(join(folder, "edits"));
  expect(await buildApart(folder)).toMatchObject({ states: { t: "completed" }, reasons: { t: [{ why: "code" }] } });
  expect(read("o")).toBe(edited === "lib.mjs" ? "first by second" : "second by first");
  expect((await buildApart(folder)).states).toEqual({ t: "fresh" });
});

test("a module that is edited between two builds in a process is not taken for what made an output", async () => {
  const { folder, build, read, write } = targetProject({
    "t.target.mjs": `${HEAD}
      import { by } from "./lib.mjs";
      target("a", {}, () => {});
      target("b", { outputs: { o: file("o") } }, (_, { o }) => writeFileSync(o, by()));
    `,
    "lib.mjs": 'export const by = () => "first";',
  });
  expect((await build({ targets: "a" })).states).toEqual({ a: "completed" });
  write({ "lib.mjs": 'export const by = () => "second";' });
  expect((await build()).states).toEqual({ a: "fresh", b: "completed" });
  expect((await build()).counts).toEqual({ fresh: 2 });
  expect((await buildApart(folder)).states).toEqual({ a: "fresh", b: "completed" });
  expect(read("o")).toBe("second");
});
