/**
 * Builds dist/ from src/: code in few files, as each that is loaded costs half a millisecond, and types as they are. Files
 * are written even when types are wrong, but then the build fails. The new files take the place of the old ones at the
 * end, all at once, so that programs at work on them are not caught in between.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const root = fileURLToPath(new URL("..", import.meta.url));
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
const fresh = join(root, `node_modules/.cache/dist-${process.pid}`);
const dist = join(root, "dist");

/** The last one is a file of its own, as workers import it: they must not come across the command line. */
const ENTRIES = ["index", "narrow-door", "build", "testing", "worker", "cli/heddle", "background/remote-call"];
/** What tests and the bench use of the built package from inside. The package does not export it. */
const INSIDE = [
  "codec/digest",
  "codec/pack",
  "runners/define",
  "runners/processes",
  "runners/threads",
  "store/store",
  "workers/inputs",
  "workers/lent",
];

/**
 * What is always loaded together is one file: what all rests on, what every worker needs, and what a program that
 * imports heddle, or that defines targets, needs beside that. The first that asks for a module has it, with all that it
 * imports.
 */
const TOGETHER = {
  ground: ["errors.ts", "version.ts"],
  worker: ["workers/serve.ts", ...importsOf("narrow-door.ts")],
  targets: importsOf("build.ts"),
  run: ["run/start.ts"],
};

/**
 * Packages that are installed beside heddle: what users bring, and what is too large to be part of it. Small ones become
 * part of heddle, as to find and load each takes some milliseconds of every start.
 */
const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const APART = Object.keys({ ...dependencies, ...peerDependencies });

const isApart = id => id.startsWith("node:") || APART.some(name => id === name || id.startsWith(`${name}/`));

function importsOf(file) {
  const text = readFileSync(join(root, "src", file), "utf8");
  return Array.from(text.matchAll(/^(?:im|ex)port (?!type )[^;]* from "\.\/(.*)";$/gm), ([, path]) => path);
}

function input() {
  const workers = readdirSync(join(root, "src/workers/entry")).map(name => `workers/entry/${basename(name, ".ts")}`);
  return Object.fromEntries([
    ...[...ENTRIES, ...workers].map(name => [name, join(root, `src/${name}.ts`)]),
    ...INSIDE.map(name => [`inside/${name}`, join(root, `src/${name}.ts`)]),
  ]);
}

async function bundle() {
  const build = await rolldown({ input: input(), platform: "node", external: isApart, tsconfig: false });
  const { output } = await build.write({
    dir: fresh,
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js",
    sourcemap: true,
    // As seen from where the files will be.
    sourcemapPathTransform: (source, map) =>
      relative(join(dist, relative(fresh, dirname(map))), resolve(dirname(map), source)),
    keepNames: true,
    codeSplitting: {
      groups: Object.entries(TOGETHER).map(([name, modules], i, all) => ({
        name,
        test: id => modules.some(module => id === join(root, "src", module)),
        priority: all.length - i,
      })),
    },
  });
  await build.close();
  writeFileSync(join(fresh, "third-party.txt"), noticesOf(output.flatMap(({ moduleIds = [] }) => moduleIds)));
}

/** The licences of the packages that are part of heddle. */
function noticesOf(modules) {
  const folders = modules.flatMap(id => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? []);
  const notices = [...new Set(folders)].sort().map(folder => {
    const { name, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const licence = readdirSync(folder).find(file => /^licen[cs]e/i.test(file));
    return `${name} ${version}\n\n${readFileSync(join(folder, licence), "utf8").trim()}\n`;
  });
  return notices.join(`\n${"-".repeat(72)}\n\n`);
}

// Who has just built it says so, as `npm pack` builds whoever calls it.
if (process.env.HEDDLE_BUILT === "1" && existsSync(dist)) process.exit(0);

const types = spawn(process.execPath, [tsc, "-p", "tsconfig.build.json", "--outDir", fresh], {
  cwd: root,
  stdio: "inherit",
});
const [[status]] = await Promise.all([once(types, "exit"), bundle()]);

chmodSync(join(fresh, "cli/heddle.js"), 0o755);
const old = `${fresh}.old`;
if (existsSync(dist)) renameSync(dist, old);
renameSync(fresh, dist);
rmSync(old, { recursive: true, force: true });
process.exitCode = status === 0 ? 0 : 1;
