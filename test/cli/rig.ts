/** Projects on disk and the built command line run in them. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, vi } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const COMMAND = path.join(ROOT, "dist/cli/heddle.js");

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  /** What it has written to stdout so far, and to stderr. */
  stdout(): string;
  stderr(): string;
}

export interface Project {
  readonly folder: string;
  write(files: Readonly<Record<string, string>>): void;
  /** Runs `heddle …args` in the project to its end. */
  heddle(...args: string[]): Promise<Ended>;
  start(
    args: readonly string[],
    options?: { readonly env?: NodeJS.ProcessEnv; readonly node?: readonly string[]; readonly cwd?: string },
  ): Running;
  /** Runs Node in the project, without the command line of heddle. */
  startNode(args: readonly string[]): Running;
}

// Each test starts processes, and the machine may be busy.
vi.setConfig({ testTimeout: 60_000 });

const folders: string[] = [];
const processes: ChildProcess[] = [];

afterEach(() => {
  for (const child of processes.splice(0)) if (child.exitCode === null) child.kill("SIGKILL");
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A project of its own, with heddle installed, gone after the test. */
export function project(files: Readonly<Record<string, string>> = {}): Project {
  const folder = mkdtempSync(path.join(tmpdir(), "heddle-cli-"));
  folders.push(folder);
  mkdirSync(path.join(folder, "node_modules"));
  symlinkSync(ROOT, path.join(folder, "node_modules/heddle"));
  const write = (more: Readonly<Record<string, string>>) => {
    for (const [name, text] of Object.entries(more)) {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), text);
    }
  };
  write({ "package.json": '{ "name": "fixture", "type": "module" }', ...files });
  const run = (args: readonly string[], env: NodeJS.ProcessEnv = {}, cwd = folder): Running => {
    const child = spawn(process.execPath, args, { cwd, env: { ...cleanEnv(), ...env } });
    processes.push(child);
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    const ended = new Promise<Ended>(resolve => {
      child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
    });
    return { process: child, ended, stdout: () => stdout, stderr: () => stderr };
  };
  const start: Project["start"] = (args, { env, node = [], cwd } = {}) => run([...node, COMMAND, ...args], env, cwd);
  return { folder, write, start, startNode: args => run(args), heddle: (...args) => start(args).ended };
}

/** As a user's shell: nothing of the test runner's. */
function cleanEnv(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(VITEST|NODE_|TEST$|DEV$|PROD$|MODE$|FORCE_COLOR)/.test(name),
  );
  return Object.fromEntries(kept);
}
