/**
 * Builds dist/ from src/: code in few files, as each that is loaded costs half a millisecond, and types as they are. Files
 * are written even when types are wrong, but then the build fails. The new files take the place of the old ones at the
 * end, all at once, so that programs at work on them are not caught in between.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const root = fileURLToPath(new URL("..", import.meta.url));
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
const fresh = join(root, `node_modules/.cache/dist-${process.pid}`);
const dist = join(root, "dist");

const ENTRIES = ["index", "build", "testing", "worker", "cli/heddle"];
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

function input() {
  const workers = readdirSync(join(root, "src/workers/entry")).map(name => `workers/entry/${basename(name, ".ts")}`);
  return Object.fromEntries([
    ...[...ENTRIES, ...workers].map(name => [name, join(root, `src/${name}.ts`)]),
    ...INSIDE.map(name => [`inside/${name}`, join(root, `src/${name}.ts`)]),
  ]);
}

async function bundle() {
  const build = await rolldown({ input: input(), platform: "node", external: [/^[^./]/], tsconfig: false });
  await build.write({
    dir: fresh,
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js",
    sourcemap: true,
    keepNames: true,
  });
  await build.close();
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
