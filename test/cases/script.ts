/** Programs of a user's, as files of a project of their own, run with node to their end. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The lines of stdout that begin with this word. */
  lines(word: string): string[];
}

/** Writes these files into a new project and runs `main.mjs`, or what else `entry` says. */
export async function script(
  files: Readonly<Record<string, string>>,
  { entry = ["main.mjs"], input }: { readonly entry?: readonly string[]; readonly input?: string } = {},
): Promise<Ended> {
  const folder = mkdtempSync(join(tmpdir(), "heddle-script-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules/heddle"));
  for (const [name, text] of Object.entries({ "package.json": '{ "name": "own", "type": "module" }', ...files })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const child = spawn(process.execPath, entry, { cwd: folder, env: plainEnv() });
  onTestFinished(() => void child.kill("SIGKILL"));
  child.stdin.end(input ?? "");
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  return new Promise(resolve => {
    child.on("close", code => {
      const lines = (word: string) => stdout.split("\n").filter(line => line.startsWith(word));
      resolve({ code, stdout, stderr, lines });
    });
  });
}

/** Without what test runners leave in it. */
function plainEnv(): NodeJS.ProcessEnv {
  const env = { ...process.env };
  for (const name of Object.keys(env)) if (/^(VITEST|NODE_|TEST)/.test(name)) delete env[name];
  return env;
}
