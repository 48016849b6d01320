/** A build of targets of which nothing has changed, from the loading of their module to the report. */
import { mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { whole } from "../units.mjs";

const HEDDLE = fileURLToPath(new URL("../..", import.meta.url));
/** Files that are younger when they are read are read again the next time. */
const TICK = 2_100;

const moduleOf = targets => `
  import { readFileSync, writeFileSync } from "node:fs";
  import { file, target } from "heddle/build";
  const part = target("part", k => ({ inputs: { raw: file("in/" + k + ".txt") }, outputs: { out: file("bld/" + k + ".txt") } }),
    ({ raw }, { out }) => writeFileSync(out, readFileSync(raw)));
  for (let k = 0; k < ${targets}; k++) part(k);
`;

function make(root, targets) {
  for (const folder of ["in", "bld", "node_modules"]) mkdirSync(join(root, folder), { recursive: true });
  symlinkSync(HEDDLE, join(root, "node_modules/heddle"));
  writeFileSync(join(root, "package.json"), JSON.stringify({ name: `of-${targets}`, type: "module" }));
  writeFileSync(join(root, "all.target.mjs"), moduleOf(targets));
  for (let k = 0; k < targets; k++) writeFileSync(join(root, `in/${k}.txt`), `input ${k}`);
}

const heddle = async () => {
  const { build } = await import("../../dist/build.js");
  return {
    from: "heddle",
    async fill(root) {
      await build({ root, quiet: true });
      await sleep(TICK);
      await build({ root, quiet: true });
    },
    async within(folder, root, targets) {
      // What a process has to load for any build is its start-up.
      const small = join(folder, `small-${process.pid}`);
      make(small, 1);
      await build({ root: small, quiet: true });
      const began = performance.now();
      const { counts } = await build({ root, quiet: true });
      const ms = performance.now() - began;
      if (counts.fresh !== targets) throw new Error("not all targets were fresh");
      return { ms };
    },
  };
};

const floor = () => ({
  from: "node",
  fill(root, targets) {
    for (let k = 0; k < targets; k++) writeFileSync(join(root, `bld/${k}.txt`), `input ${k}`);
  },
  within(_folder, root, targets) {
    const paths = Array.from({ length: targets }, (_, k) => [
      join(root, `in/${k}.txt`),
      join(root, `bld/${k}.txt`),
    ]).flat();
    const began = performance.now();
    for (const path of paths) statSync(path);
    return { ms: performance.now() - began };
  },
});

export default {
  title: "building targets of which nothing has changed, two files each",
  short: "a build in which nothing has changed",
  calls: 10_000,
  of: "targets",
  contenders: { heddle, floor },
  floor: "a stat of each file",
  goal: { floor: 3 },
  unit: whole,
  async fill(contender, targets, folder) {
    const root = join(folder, "project");
    make(root, targets);
    await contender.fill(root, targets);
  },
  measure: ({ within }, targets, folder) => within(folder, join(folder, "project"), targets),
};
