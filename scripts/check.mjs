/**
 * What must hold before a change is merged: types, lint, all tests on this Node and on a newer one, and the package as
 * users get it. Needs nothing but Node and npm.
 */
import { spawnSync } from "node:child_process";
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

/** Runs a step; gives true when it exited with 0. */
function step(title, command, args, { cwd = root, env = {}, quiet = false } = {}) {
  console.log(`\n== ${title}`);
  const stdio = quiet ? ["ignore", "pipe", "inherit"] : "inherit";
  const { status, stdout } = spawnSync(command, args, { cwd, stdio, env: { ...process.env, ...env } });
  if (quiet && status !== 0) process.stdout.write(stdout);
  return status === 0;
}

/** A step that counts as one test. */
function check(title, command, args, options) {
  const good = step(title, command, args, options);
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

function tests(title, node, { leftOut = [], env = {} } = {}) {
  const results = join(root, "node_modules/.cache/tests.json");
  rmSync(results, { force: true });
  const path = `${dirname(node)}${delimiter}${process.env.PATH}`;
  const good = step(title, node, ["scripts/test.mjs", ...leftOut.flatMap(path => ["--exclude", path])], {
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
function newerNode() {
  const name = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  const home = join(root, "node_modules/.cache", `node-${NEWER_NODE}`);
  const binary = join(home, "node_modules", name, "bin/node");
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, "package.json"), "{}");
  if (existsSync(binary)) return binary;
  const install = ["install", "--no-audit", "--no-fund", `${name}@${NEWER_NODE}`];
  return check(`Fetch Node ${NEWER_NODE}`, npm, install, { cwd: home }) ? binary : null;
}

/** Packs, installs into an empty folder, and uses it as the README says. */
function packed() {
  const folder = mkdtempSync(join(tmpdir(), "heddle-packed-"));
  try {
    const packing = ["pack", "--silent", "--pack-destination", folder];
    if (!check("Pack", npm, packing, { quiet: true, env: BUILT })) return;
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    check("Smoke test of the package", process.execPath, ["scripts/smoke.mjs", join(folder, `heddle-${version}.tgz`)]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (step("Install", npm, ["ci", "--no-audit", "--no-fund"])) {
  check("Build", process.execPath, ["scripts/build.mjs"]);
  check("Types", process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.json"]);
  check("Lint", process.execPath, ["node_modules/@biomejs/biome/bin/biome", "ci", "--reporter=summary", "."]);
  tests(`Tests on Node ${process.versions.node}`, process.execPath);
  const newer = newerNode();
  if (newer !== null) {
    const title = `Tests on Node ${NEWER_NODE}, save those that are the same on every Node`;
    tests(title, newer, { leftOut: ANY_NODE, env: { HEDDLE_ENGINES: "none" } });
  }
  check("Check of the package's doors", process.execPath, ["node_modules/publint/src/cli.js", "--strict"], {
    env: BUILT,
  });
  packed();
} else {
  counts.failed++;
  failures.push("Install");
}

for (const failure of failures) console.log(`\n-- ${failure}`);
console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed > 0 || counts.skipped > 0 ? 1 : 0;
