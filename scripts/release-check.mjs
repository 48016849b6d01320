/**
 * `npm run release-check`: what must hold before a release besides `scripts/check.mjs`: 500 rounds of the chaos, from a
 * seed that is new each time, unless `ROUNDS` and `SEED` say otherwise; 200 random edits of projects of targets, or as many
 * as `EDITS` says, from the same seed; and that heddle has not fallen behind the speeds
 * that are recorded, for which the machine should have nothing else to do. `BENCH=no` leaves that out.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const { ROUNDS = "500", EDITS = "200", SEED = String(Date.now() % 1_000_000), BENCH = "yes" } = process.env;

function step(script, ...args) {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const env = { ...process.env, ROUNDS, EDITS, SEED };
  return spawnSync(process.execPath, [path, ...args], { stdio: "inherit", env }).status ?? 1;
}

console.log(`${ROUNDS} rounds of the chaos, from SEED=${SEED}`);
const chaos = step("test.mjs", "test/chaos");
console.log(`${EDITS} random edits of projects of targets, from SEED=${SEED}`);
const edits = step("test.mjs", "test/build/edits");
// The chaos has built heddle.
const speed = BENCH === "no" ? 0 : step("../bench/run.mjs", "--check");
process.exitCode = chaos || edits || speed;
