/**
 * What must hold before a change is merged: types, lint, all tests on this Node and on a newer one, and the package as
 * users get it. Needs nothing but Node and npm.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const NEWER_NODE = 24;
const root = fileURLToPath(new URL("..", import.meta.url));
const npm = process.platform === "win32" ? "npm.cmd" : "npm";
/** What is packed and tested is what was built at the beginning. */
const BUILT = { HEDDLE_BUILT: "1" };
const counts = { passed: 0, failed: 0, skipped: 0 };
/** What failed, in the words to end with: of a long log often only the end is kept. */
const failures = [];

/** Runs a step; gives true when it exited with 0. What it says beside another is shown when it has ended. */
async function step(title, command, args, { cwd = root, env = {}, quiet = false, beside = false } = {}) {
  if (!beside) console.log(`\n== ${title}`);
  const piped = quiet || beside;
  const stdio = piped ? ["ignore", "pipe", "pipe"] : "inherit";
  const child = spawn(command, args, { cwd, stdio, env: { ...process.env, ...env } });
  const said = [];
  for (const stream of piped ? [child.stdout, child.stderr] : []) stream.on("data", chunk => said.push(chunk));
  const [status] = await once(child, "close").catch(error => [String(error)]);
  if (beside) console.log(`\n== ${title}, beside the others`);
  if (!quiet || status !== 0) process.stdout.write(Buffer.concat(said));
  return status === 0;
}

/** A step that counts as one test. */
async function check(title, command, args, options) {
  const good = await step(title, command, args, options);
  counts[good ? "passed" : "failed"]++;
  if (!good) failures.push(title);
  return good;
}

/**
 * What is the same on every Node: pure rooms, readers of events, pages, and real engines, commands and coordinators
 * around one worker.
 */
const ANY_NODE = [
  "test/background/[b-d]*.test.ts",
  "test/background/elsewhere.test.ts",
  "test/background/f*.test.ts",
  "test/background/[j-l]*.test.ts",
  "test/background/[m-z]*.test.ts",
  "test/bench/**",
  "test/build/**",
  "test/cache/**",
  "test/cases/afterwards.test.ts",
  "test/cases/cache*.test.ts",
  "test/cases/code-edits.test.ts",
  "test/cases/f[il]*.test.ts",
  "test/cases/given-up.test.ts",
  "test/cases/l*.test.ts",
  "test/cases/maps.test.ts",
  "test/cases/nested*.test.ts",
  "test/cases/p*.test.ts",
  "test/cases/r*.test.ts",
  "test/cases/s*.test.ts",
  "test/cases/w*.test.ts",
  "test/chaos/**",
  "test/cli/build*.test.ts",
  "test/cli/c*.test.ts",
  "test/cli/doctor.test.ts",
  "test/cli/dry-run.test.ts",
  "test/cli/g*.test.ts",
  "test/cli/in*.test.ts",
  "test/cli/limits.test.ts",
  "test/cli/mistakes.test.ts",
  "test/cli/place.test.ts",
  "test/cli/prefix.test.ts",
  "test/cli/result.test.ts",
  "test/cli/resume.test.ts",
  "test/cli/shared-limits.test.ts",
  "test/cli/usage.test.ts",
  "test/cli/why.test.ts",
  "test/code/**",
  "test/codec/digest-properties.test.ts",
  "test/codec/hostile.test.ts",
  "test/commands/end.test.ts",
  "test/commands/failure.test.ts",
  "test/commands/prefix.test.ts",
  "test/config/**",
  "test/crashes/coordinator.test.ts",
  "test/docs/**",
  "test/engines/**",
  "test/examples/**",
  "test/graph/**",
  "test/report/**",
  "test/run/**",
  "test/store/allotments.test.ts",
  "test/store/gate.test.ts",
  "test/store/kills.test.ts",
  "test/store/owners*.test.ts",
  "test/store/remote*.test.ts",
  "test/store/shares.test.ts",
  "test/store/writers.test.ts",
  "test/types/**",
  "test/workers/claims.test.ts",
  "test/workers/entries.test.ts",
  "test/workers/lent.test.ts",
  "test/workers/storm.test.ts",
];

async function tests(title, node, { leftOut = [], env = {} } = {}) {
  const results = join(root, "node_modules/.cache/tests.json");
  rmSync(results, { force: true });
  const path = `${dirname(node)}${delimiter}${process.env.PATH}`;
  const good = await step(title, node, ["scripts/test.mjs", ...leftOut.flatMap(path => ["--exclude", path])], {
    env: { CI: "true", ...BUILT, PATH: path, ...env },
  });
  if (!existsSync(results)) {
    counts.failed++;
    failures.push(`${title}: no results`);
    return;
  }
  const report = JSON.parse(readFileSync(results, "utf8"));
  counts.passed += report.numPassedTests;
  counts.failed += report.numFailedTests + (!good && report.numFailedTests === 0 ? 1 : 0);
  counts.skipped += report.numPendingTests + report.numTodoTests;
  failures.push(...notPassed(report).map(failure => `${title}\n${failure}`));
}

/** Files that could not be loaded, and tests that did not pass: where, which, and why. */
function notPassed({ testResults }) {
  return testResults.flatMap(({ name, message, assertionResults }) => {
    const file = relative(root, name);
    const tests = assertionResults.filter(({ status }) => status !== "passed");
    if (tests.length === 0) return message ? [`${file}\n${message}`] : [];
    return tests.map(test =>
      [
        `${file} > ${test.fullName} (${test.status} after ${Math.round(test.duration ?? 0)} ms)`,
        ...test.failureMessages,
      ].join("\n"),
    );
  });
}

/** A newer Node, from the registry's package that carries its binary. */
async function newerNode() {
  const name = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  const home = join(root, "node_modules/.cache", `node-${NEWER_NODE}`);
  const binary = join(home, "node_modules", name, "bin/node");
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, "package.json"), "{}");
  if (existsSync(binary)) return binary;
  const install = ["install", "--no-audit", "--no-fund", `${name}@${NEWER_NODE}`];
  return (await check(`Fetch Node ${NEWER_NODE}`, npm, install, { cwd: home, beside: true })) ? binary : null;
}

/** Packs, installs into an empty folder, and uses it as the README says. */
async function packed() {
  const folder = mkdtempSync(join(tmpdir(), "heddle-packed-"));
  try {
    const packing = ["pack", "--silent", "--pack-destination", folder];
    if (!(await check("Pack", npm, packing, { quiet: true, beside: true, env: BUILT }))) return;
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const archive = join(folder, `heddle-${version}.tgz`);
    await check("Smoke test of the package", process.execPath, ["scripts/smoke.mjs", archive], { beside: true });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What has one process after the other: beside the tests, which leave no core idle. */
async function others() {
  const run = (title, path, ...args) =>
    check(title, process.execPath, [`node_modules/${path}`, ...args], { beside: true, env: BUILT });
  await run("Types", "typescript/bin/tsc", "-p", "tsconfig.json");
  await run("Lint", "@biomejs/biome/bin/biome", "ci", "--reporter=summary", ".");
  await run("Check of the package's doors", "publint/src/cli.js", "--strict");
  await packed();
}

if (await step("Install", npm, ["ci", "--no-audit", "--no-fund"])) {
  await check("Build", process.execPath, ["scripts/build.mjs"]);
  const newer = newerNode();
  const rest = others();
  await tests(`Tests on Node ${process.versions.node}`, process.execPath);
  if ((await newer) !== null) {
    const title = `Tests on Node ${NEWER_NODE}, save those that are the same on every Node`;
    await tests(title, await newer, { leftOut: ANY_NODE, env: { HEDDLE_ENGINES: "none" } });
  }
  await rest;
} else {
  counts.failed++;
  failures.push("Install");
}

for (const failure of failures) console.log(`\n-- ${failure}`);
console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed > 0 || counts.skipped > 0 ? 1 : 0;
