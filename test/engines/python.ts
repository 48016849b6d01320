/** Python environments for tests, each with one package, made at the first need; and Debian's packages. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { install, runProgram } from "./debian.ts";
import { exclusively } from "./exclusive.ts";

// Where nothing of what Python compiles may be written, each of its processes compiles the whole package again.
delete process.env["PYTHONDONTWRITEBYTECODE"];

const home = fileURLToPath(new URL("../../node_modules/.cache/python/", import.meta.url));

export interface Python {
  readonly program: string;
  readonly version: string;
}

/** An environment with the newest release of a package; a reason where there is none. */
export async function pythonWith(name: string): Promise<Python | string> {
  const folder = join(home, name);
  const problem = await exclusively(folder, () => make(folder, name));
  return problem ?? versioned(join(folder, "bin/python"), name);
}

/** Makes it where that is not done. Gives why that is not possible, else null. */
async function make(folder: string, name: string): Promise<string | null> {
  const whole = join(folder, "whole");
  if (existsSync(whole)) return null;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  const made = await runProgram("python3", ["-m", "venv", folder]);
  if (made.code !== 0) return `python3 makes no environment: ${made.output.trim().split("\n").at(-1)}`;
  const pip = ["-m", "pip", "install", "--quiet", "--no-compile", "--disable-pip-version-check", name];
  const { code, output } = await runProgram(join(folder, "bin/python"), pip);
  if (code !== 0) return `pip does not install ${name}: ${output.trim().split("\n").at(-1)}`;
  writeFileSync(whole, "");
  return null;
}

/** The system's Python with a package of Debian's. */
export async function debianWith(name: string, debian: string): Promise<Python | string> {
  const program = "/usr/bin/python3";
  const present = await versioned(program, name);
  if (typeof present !== "string") return present;
  const problem = await install([debian], [`no ${debian} yet`]);
  const found = await versioned(program, name);
  return typeof found === "string" ? (problem ?? found) : found;
}

async function versioned(program: string, name: string): Promise<Python | string> {
  const { code, output } = await runProgram(program, ["-c", `import ${name}; print(${name}.__version__)`]);
  return code === 0 ? { program, version: output.trim().split("\n").at(-1)! } : `${program} has no ${name}`;
}
