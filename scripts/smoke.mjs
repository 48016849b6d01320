/** Installs a packed heddle into an empty folder and does what a newcomer does first. Argument: the .tgz file. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const archive = process.argv[2];
const folder = mkdtempSync(join(tmpdir(), "heddle-smoke-"));

function run(command, ...args) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, encoding: "utf8" });
  return { status, stdout, stderr };
}

const pipeline = `
import { flow, task, threads } from "heddle";

export const square = task("square", (n) => n * n);
export const sum = task("sum", (ns) => ns.reduce((a, b) => a + b, 0));
export default flow("squares", (ns) => sum.submit(square.map(ns)));
`;

const targets = `
import { copyFileSync } from "node:fs";
import { file, target } from "heddle/build";

const inputs = { from: file("pipeline.js") };
target("copy", { inputs, outputs: { to: file("bld/copy.js") } }, ({ from }, { to }) => copyFileSync(from, to));
`;

try {
  writeFileSync(join(folder, "package.json"), '{ "name": "smoke", "private": true, "type": "module" }');
  const install = run("npm", "install", "--no-audit", "--no-fund", archive);
  assert.equal(install.status, 0, install.stderr);
  writeFileSync(join(folder, "pipeline.js"), pipeline);

  const heddle = join(folder, "node_modules/.bin/heddle");
  for (const where of [[], ["-n", "2"], ["--runner", "processes", "-n", "2"]]) {
    const { status, stdout, stderr } = run(heddle, "run", "pipeline.js", "--input", "[1,2,3]", ...where);
    assert.equal(status, 0, stderr);
    assert.equal(stdout.trim(), "14");
  }

  writeFileSync(join(folder, "copy.target.js"), targets);
  for (const counts of [{ completed: 1 }, { fresh: 1 }]) {
    const { status, stdout, stderr } = run(heddle, "build", "-n", "2", "--json");
    assert.equal(status, 0, stderr);
    assert.deepEqual(JSON.parse(stdout.trim().split("\n").at(-1)).value.counts, counts);
  }

  const missing = run(heddle, "run", "pipelin.js");
  assert.equal(missing.status, 2);
  assert.match(missing.stderr, /pipeline\.js/);

  writeFileSync(
    join(folder, "script.js"),
    'import report from "./pipeline.js";\nconsole.log(await report([1, 2, 3]));\n',
  );
  const script = run(process.execPath, "script.js");
  assert.equal(script.status, 0, script.stderr);
  assert.equal(script.stdout.trim(), "14");

  assert.equal(run(heddle, "doctor").status, 0);

  const init = run(heddle, "init", "fresh", "--yes");
  assert.equal(init.status, 0, init.stderr);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
