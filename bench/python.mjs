/** Python for the contenders that are written in it: an environment of their own, made at the first need. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const peers = fileURLToPath(new URL("./peers/python/", import.meta.url));
const home = fileURLToPath(new URL("../node_modules/.cache/bench-python/", import.meta.url));
export const program = join(home, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
const pinned = readFileSync(join(peers, "requirements.txt"), "utf8").trim().split("\n");
const state = join(home, "installed.json");

/** Gives the versions of what is there, the command of a measurement, and why there is none. */
export function findPython(say = text => process.stderr.write(`${text}\n`)) {
  const problem = existsSync(program) ? null : makeEnvironment(say);
  if (problem !== null) return { versions: {}, missing: () => problem };
  const refused = installed(say);
  const known = pinned.map(line => line.split("==")).filter(([name]) => refused[name] === undefined);
  const [version] = run(program, ["-c", "import platform; print(platform.python_version())"]).output.split("\n");
  return {
    versions: { python: version, ...Object.fromEntries(known) },
    missing: ({ needs }) => refused[needs],
    command: ({ module, place, way, warmUp }, count) => [
      program,
      join(peers, "measure.py"),
      module,
      place,
      way,
      String(count),
      String(warmUp),
    ],
  };
}

/** Gives why there is none. */
function makeEnvironment(say) {
  if (run("python3", ["--version"]).status !== 0) return "there is no python3";
  say("making an environment for Python in node_modules/.cache");
  mkdirSync(dirname(home), { recursive: true });
  const { status, output } = run("python3", ["-m", "venv", home]);
  return status === 0 ? null : `python3 makes no environment: ${output.split("\n").pop()}`;
}

/** Installs what is pinned, each by itself, as not all exist for each version of Python. Gives why some are not there. */
function installed(say) {
  const known = existsSync(state) ? JSON.parse(readFileSync(state, "utf8")) : {};
  for (const wanted of pinned.filter(line => known[line] === undefined)) {
    say(`installing ${wanted}`);
    const { status, output } = run(program, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", wanted]);
    known[wanted] = status === 0 ? "" : `pip does not install ${wanted}: ${output.split("\n").pop()}`;
    writeFileSync(state, JSON.stringify(known));
  }
  const refused = pinned.filter(line => known[line] !== "");
  return Object.fromEntries(refused.map(line => [line.split("==")[0], known[line]]));
}

function run(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  return { status, output: `${stdout ?? ""}${stderr ?? ""}`.trim() };
}
