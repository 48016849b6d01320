/** The command line of this clone, built anew where a source is newer. */
import { spawnSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const command = join(root, "dist", "cli", "heddle.js");

/** Runs it in a folder on this terminal, and ends with its exit code if that is not 0. */
export function heddle(folder, ...parameters) {
  if (!isBuilt()) {
    console.error("Building heddle …");
    node(root, join("scripts", "build.mjs"));
  }
  node(folder, command, ...parameters);
}

function isBuilt() {
  const built = statSync(command, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" });
  return sources.every(source => statSync(join(root, "src", source)).mtimeMs <= built);
}

function node(folder, ...parameters) {
  const { status, error } = spawnSync(process.execPath, parameters, { cwd: folder, stdio: "inherit" });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 130);
}
