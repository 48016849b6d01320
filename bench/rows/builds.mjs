/** Rows about targets: a project of so many, each of which copies a file, or joins two. */
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { perCall } from "../units.mjs";
import { pytask } from "./python.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const WIDTH = 100;

/** Which inputs a target has: numbers of targets, or nothing for a file of its own. */
const shapes = {
  wide: () => [],
  chain: k => (k === 0 ? [] : [k - 1]),
  layered: k => (k < WIDTH ? [] : [k - WIDTH, k - (k % WIDTH) - WIDTH + ((k * 7 + 1) % WIDTH)]),
};

const pathOf = (folder, name) => join(folder, "project", name);

function sources(folder, shape, count) {
  mkdirSync(pathOf(folder, "in"), { recursive: true });
  mkdirSync(pathOf(folder, "node_modules"), { recursive: true });
  for (let k = 0; k < count; k++)
    if (shapes[shape](k).length === 0) writeFileSync(pathOf(folder, `in/${k}`), String(k));
}

const targets = (shape, count) => `import { readFileSync, writeFileSync } from "node:fs";
import { file, target } from "heddle/build";
const WIDTH = ${WIDTH};
const needs = ${shapes[shape]};
const step = target("step", k => ({
  inputs: { from: needs(k).length === 0 ? [file("in/" + k)] : needs(k).map(each => file("out/" + each)) },
  outputs: { to: file("out/" + k) },
}), ({ from }, { to }) => writeFileSync(to, from.map(path => readFileSync(path, "utf8")).join("").slice(0, 20)));
for (let k = 0; k < ${count}; k++) step(k);
`;

async function heddle() {
  const { build } = await import("heddle/build");
  return {
    from: "heddle",
    write(folder, shape, count) {
      sources(folder, shape, count);
      symlinkSync(root, pathOf(folder, "node_modules/heddle"));
      writeFileSync(pathOf(folder, "package.json"), JSON.stringify({ name: "project", type: "module" }));
      writeFileSync(pathOf(folder, "all.target.js"), targets(shape, count));
    },
    /** What builds is loaded with the first build in a process. */
    async prepared(folder) {
      const empty = join(folder, "empty");
      mkdirSync(empty, { recursive: true });
      writeFileSync(join(empty, "package.json"), JSON.stringify({ name: "empty", type: "module" }));
      await build({ root: empty, quiet: true });
    },
    async build(folder) {
      const { ok, counts } = await build({ root: pathOf(folder, "."), quiet: true });
      if (!ok) throw new Error(`not all targets were built: ${JSON.stringify(counts)}`);
      return counts.completed ?? 0;
    },
  };
}

/** Its scripts are commands, each of which is a process: the check alone is compared, from its start on. */
async function wireit() {
  const { execFileSync } = await import("node:child_process");
  const bin = fileURLToPath(import.meta.resolve("wireit/bin/wireit.js"));
  return {
    from: "wireit",
    write(folder, shape, count) {
      sources(folder, shape, count);
      mkdirSync(pathOf(folder, "out"), { recursive: true });
      const names = Array.from({ length: count }, (_, k) => `step-${k}`);
      const scripts = Object.fromEntries(["all", ...names].map(name => [name, "wireit"]));
      const steps = names.map((name, k) => {
        const needs = shapes[shape](k);
        const from = needs.length === 0 ? [`in/${k}`] : needs.map(each => `out/${each}`);
        const dependencies = needs.map(each => `step-${each}`);
        return [name, { command: `cat ${from.join(" ")} > out/${k}`, dependencies, files: from, output: [`out/${k}`] }];
      });
      const all = { dependencies: names };
      const text = JSON.stringify({ name: "project", scripts, wireit: Object.fromEntries([["all", all], ...steps]) });
      writeFileSync(pathOf(folder, "package.json"), text);
    },
    build(folder) {
      const env = {
        ...process.env,
        npm_lifecycle_event: "all",
        npm_package_json: pathOf(folder, "package.json"),
        npm_execpath: process.env.npm_execpath ?? "npm-cli.js",
        npm_config_user_agent: "npm/10.0.0 node/v20.0.0",
        WIREIT_CACHE: "none",
        WIREIT_LOGGER: "metrics",
      };
      execFileSync(process.execPath, [bin], { cwd: pathOf(folder, "."), env, stdio: ["ignore", "ignore", "pipe"] });
    },
  };
}

/** One stat a file. */
async function stats() {
  return {
    from: "node",
    write(folder, shape, count) {
      sources(folder, shape, count);
      mkdirSync(pathOf(folder, "out"), { recursive: true });
      for (let k = 0; k < count; k++) writeFileSync(pathOf(folder, `out/${k}`), String(k));
      writeFileSync(pathOf(folder, "paths.json"), JSON.stringify(pathsOf(folder, shape, count)));
    },
    prepared: folder => JSON.parse(readFileSync(pathOf(folder, "paths.json"), "utf8")),
    build(_folder, paths) {
      let size = 0;
      for (const path of paths) size += statSync(path).size;
      return size === 0 ? 1 : 0;
    },
  };
}

function pathsOf(folder, shape, count) {
  const numbers = Array.from({ length: count }, (_, k) => k);
  return [
    ...numbers.filter(k => shapes[shape](k).length === 0).map(k => pathOf(folder, `in/${k}`)),
    ...numbers.map(k => pathOf(folder, `out/${k}`)),
  ];
}

const row = { calls: 10_000, of: "targets", unit: perCall };
const peers = shape => ({ wireit: { load: wireit, most: shape === "chain" ? 200 : 1_000 }, ...pytask(shape, 500) });

/** All is as the last build has left it: from the loading of the targets to the report. */
export const warm = shape => ({
  ...row,
  contenders: { heddle, ...peers(shape), floor: stats },
  floor: "a stat of each file",
  goal: { floor: 3 },
  // The second one has nothing to do but to note what has become old enough to be trusted.
  fill: async (contender, count, folder) => {
    contender.write(folder, shape, count);
    if (contender.from === "node") return;
    await contender.build(folder);
    await new Promise(resolve => setTimeout(resolve, 2_500));
    await contender.build(folder);
  },
  measure: async (contender, _count, folder) => {
    const prepared = await contender.prepared?.(folder);
    const began = performance.now();
    const built = await contender.build(folder, prepared);
    const ms = performance.now() - began;
    if (built > 0) throw new Error(`${built} targets were built`);
    return { ms };
  },
});

/** Nothing is there yet, or one input has changed. */
export const cold = shape => ({
  ...row,
  contenders: { heddle },
  measure: async (contender, count, folder) => {
    const own = join(folder, String(process.pid));
    contender.write(own, shape, count);
    const began = performance.now();
    await contender.build(own);
    return { ms: performance.now() - began };
  },
});

export const edited = shape => ({
  ...row,
  contenders: { heddle },
  fill: warm(shape).fill,
  measure: async (contender, count, folder) => {
    const last = shape === "wide" ? count - 1 : 0;
    writeFileSync(pathOf(folder, `in/${last}`), String(Math.random()));
    const began = performance.now();
    const built = await contender.build(folder);
    const ms = performance.now() - began;
    if (built === 0) throw new Error("nothing was built");
    return { ms };
  },
});
