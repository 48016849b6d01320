import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { project } from "./rig.ts";

test("a new project has what it needs, and says what to do next", async () => {
  const { folder, heddle } = project();
  const { code, stdout } = await heddle("init", "My Pipeline");
  expect(code).toBe(0);
  expect(stdout).toContain('cd "My Pipeline" && npm install && npx heddle run pipeline.ts');
  const made = path.join(folder, "My Pipeline");
  const manifest = JSON.parse(readFileSync(path.join(made, "package.json"), "utf8"));
  expect(manifest).toMatchObject({ name: "my-pipeline", type: "module" });
  expect(manifest.dependencies.heddle).toMatch(/^\^\d/);
  const native = Boolean((process.features as { typescript?: unknown }).typescript);
  expect("tsx" in manifest.dependencies).toBe(!native);
  for (const file of ["pipeline.ts", "heddle.config.ts", "tsconfig.json", ".gitignore"]) {
    expect(existsSync(path.join(made, file)), file).toBe(true);
  }
});

test("what exists is kept, the rest is written", async () => {
  const { folder, heddle } = project({ "pipeline.ts": "// mine" });
  const { code, stdout } = await heddle("init", "--yes");
  expect(code).toBe(0);
  expect(stdout).toContain("kept   package.json  (it was there)");
  expect(stdout).toContain("kept   pipeline.ts  (it was there)");
  expect(stdout).toContain("wrote  heddle.config.ts");
  expect(stdout).toMatch(/npm install "heddle@\^\d/);
  expect(readFileSync(path.join(folder, "pipeline.ts"), "utf8")).toBe("// mine");
});

test("a file is no folder", async () => {
  const { code, stderr } = await project({ "notes.md": "" }).heddle("init", "notes.md");
  expect(code).toBe(2);
  expect(stderr).toContain("heddle: notes.md is a file");
});

test("the project runs", async () => {
  const { heddle } = project();
  await heddle("init", "--yes");
  const { code, stdout, stderr } = await heddle("run", "pipeline.ts");
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ the: 4, warp: 2, weft: 1 });
  expect(stderr).toContain("threads");
});

test("a package.json that was there is completed by what is to be done next", async () => {
  const made = project({ "package.json": '{ "name": "own", "type": "commonjs" }' });
  const { code, stdout } = await made.heddle("init", "--yes");
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /Next:\n {2}npm pkg set type=module && npm install "?heddle@.* && npx heddle run pipeline\.ts\n$/,
  );
});
