/** Programs that tests need and that Debian has: installed where this process may do so. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const FOLDERS = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/usr/bin"];

export function programAt(name: string): string | undefined {
  return FOLDERS.map(folder => join(folder, name)).find(path => existsSync(path));
}

/** Sees to it that these programs are there. Gives why that is not possible, else null. */
export async function install(packages: readonly string[], programs: readonly string[]): Promise<string | null> {
  const missing = () => programs.filter(name => programAt(name) === undefined);
  if (missing().length === 0) return null;
  const named = missing().join(", ");
  if (programAt("apt-get") === undefined) return `there is no ${named}, and this is no Debian`;
  if (process.getuid?.() !== 0) return `there is no ${named}, and only root can install it`;
  const wanted = ["install", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300", ...packages];
  const problem = (await aptGet(wanted)) ?? (missing().length === 0 ? null : "nothing was installed");
  if (problem === null) return null;
  await aptGet(["update", "-q"]);
  const again = await aptGet(wanted);
  return missing().length === 0 ? null : `there is no ${named}, and apt-get does not install it: ${again}`;
}

/** Gives the end of what it said if it failed. */
async function aptGet(args: readonly string[]): Promise<string | null> {
  // Runlevel 1: services are installed, and not started.
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  const { code, output } = await runProgram("apt-get", args, { env });
  return code === 0 ? null : output.trim().split("\n").slice(-2).join(" ");
}

export interface ProgramEnd {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a program to its end. */
export function runProgram(
  program: string,
  args: readonly string[],
  { env = process.env, timeout = 300_000 }: { readonly env?: NodeJS.ProcessEnv; readonly timeout?: number } = {},
): Promise<ProgramEnd> {
  return new Promise(resolve => {
    const child = spawn(program, args, { env, timeout, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    }
    child.on("error", error => resolve({ code: null, output: error.message }));
    child.on("close", code => resolve({ code, output }));
  });
}

/** Asks until it is so; gives false when that takes too long. */
export async function until(holds: () => Promise<boolean>, ms = 30_000): Promise<boolean> {
  const deadline = performance.now() + ms;
  while (performance.now() < deadline) {
    if (await holds()) return true;
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  return false;
}
