/**
 * Builds dist/ from src/. Files are written even when types are wrong, but then the build fails. The new files take
 * the place of the old ones at the end, all at once, so that programs at work on them are not caught in between.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
const fresh = join(root, `node_modules/.cache/dist-${process.pid}`);
const dist = join(root, "dist");

const { status } = spawnSync(process.execPath, [tsc, "-p", "tsconfig.build.json", "--outDir", fresh], {
  cwd: root,
  stdio: "inherit",
});

const command = join(fresh, "cli/heddle.js");
if (existsSync(command)) chmodSync(command, 0o755);
const old = `${fresh}.old`;
if (existsSync(dist)) renameSync(dist, old);
renameSync(fresh, dist);
rmSync(old, { recursive: true, force: true });
process.exitCode = status === 0 ? 0 : 1;
