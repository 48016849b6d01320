/**
 * `npm run release-check`: what must hold before a release besides `scripts/check.mjs`: 500 rounds of the chaos, from a
 * seed that is new each time. `ROUNDS` and `SEED` say otherwise.
 */
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const resolve = createRequire(import.meta.url).resolve;
const vitest = join(dirname(resolve("vitest/package.json")), "vitest.mjs");
const { ROUNDS = "500", SEED = String(Date.now() % 1_000_000) } = process.env;

function node(args, env = {}) {
  const { status } = spawnSync(process.execPath, args, {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, ...env },
  });
  if (status !== 0) process.exit(status ?? 1);
}

console.log(`${ROUNDS} rounds of the chaos, from SEED=${SEED}`);
node([join(root, "scripts/build.mjs")]);
node([vitest, "run", "test/chaos"], { ROUNDS, SEED });
