/**
 * `npm run release-check`: what must hold before a release besides `scripts/check.mjs`: 500 rounds of the chaos, from a
 * seed that is new each time. `ROUNDS` and `SEED` say otherwise.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const { ROUNDS = "500", SEED = String(Date.now() % 1_000_000) } = process.env;
console.log(`${ROUNDS} rounds of the chaos, from SEED=${SEED}`);
const { status } = spawnSync(process.execPath, [fileURLToPath(new URL("test.mjs", import.meta.url)), "test/chaos"], {
  stdio: "inherit",
  env: { ...process.env, ROUNDS, SEED },
});
process.exitCode = status ?? 1;
