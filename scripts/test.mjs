/**
 * The test command: builds, runs the whole suite, and ends with a line that counts. A test that cannot run here is
 * reported by name and reason; with CI=true that is a failure. Arguments go to vitest.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const resolve = createRequire(import.meta.url).resolve;
const vitest = join(dirname(resolve("vitest/package.json")), "vitest.mjs");
const results = join(root, "node_modules/.cache/tests.json");

function node(...args) {
  return spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" }).status ?? 1;
}

if (process.env.HEDDLE_BUILT !== "1" && node("scripts/build.mjs") !== 0) process.exit(1);

mkdirSync(dirname(results), { recursive: true });
rmSync(results, { force: true });
const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${results}`];
const status = node(vitest, "run", ...reporters, ...process.argv.slice(2));

const report = JSON.parse(readFileSync(results, "utf8"));
const skipped = report.testResults.flatMap(file =>
  file.assertionResults.filter(test => ["skipped", "pending", "todo"].includes(test.status)),
);
for (const test of skipped) console.log(`skipped: ${test.fullName}`);
const failed =
  report.numFailedTests + (report.numTotalTests === 0 || (status !== 0 && report.numFailedTests === 0) ? 1 : 0);
console.log(`${report.numPassedTests} passed, ${failed} failed, ${skipped.length} skipped`);
process.exitCode = status !== 0 || (process.env.CI === "true" && skipped.length > 0) ? 1 : 0;
