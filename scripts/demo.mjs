/**
 * `npm run demo`: runs the flights example on threads, with live progress. What follows `--` goes to `heddle run`.
 */
import { spawnSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const command = join(root, "dist", "cli", "heddle.js");
const picture = join("examples", "flights", "out", "flights.svg");

if (!isBuilt()) {
  console.error("Building heddle …");
  node(join("scripts", "build.mjs"));
}
node(command, "run", join("examples", "flights", "flights.ts"), "-n", "auto", ...process.argv.slice(2));
console.error(`\nThe picture is ${picture}: open it in a browser.`);

/** Whether there is a build, and no source is newer. */
function isBuilt() {
  const built = statSync(command, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" });
  return sources.every(source => statSync(join(root, "src", source)).mtimeMs <= built);
}

/** Runs Node in the root folder on this terminal, and ends with its exit code if that is not 0. */
function node(...parameters) {
  const { status, error } = spawnSync(process.execPath, parameters, { cwd: root, stdio: "inherit" });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 130);
}
