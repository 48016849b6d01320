/** Another machine on this one: its processes see another folder in the place of that of the projects. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { runProgram } from "./debian.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class TwoMachines {
  /** What both see. */
  readonly home = mkdtempSync(path.join(tmpdir(), "heddle-two-"));
  readonly projects: string;
  /** What the other one sees in the place of the projects. */
  readonly there: string;
  /** Where the other one keeps what it was sent. */
  readonly shelf: string;
  #count = 0;

  constructor() {
    [this.projects, this.there, this.shelf] = ["projects", "there", "shelf"].map(name =>
      path.join(this.home, name),
    ) as [string, string, string];
    for (const folder of [this.projects, this.there]) mkdirSync(folder);
  }

  /** Why there can be none; null if there can. */
  async problem(): Promise<string | null> {
    const tried = await runProgram("unshare", ["-m", "mount", "--bind", this.there, this.projects]).catch(String);
    if (typeof tried === "object" && tried.code === 0) return null;
    return "this machine does not let a process have other mounts (unshare -m)";
  }

  /** What a shell has to do to run a program there, whose words follow. */
  get shellWords(): string {
    return `mount --bind ${this.there} ${this.projects} && exec`;
  }

  /** A project with these files, on the first machine, or at the same place on the other one. */
  project(files: Readonly<Record<string, string>>, where = this.projects, name = `p${this.#count++}`): string {
    const folder = path.join(where, name);
    mkdirSync(path.join(folder, "node_modules"), { recursive: true });
    symlinkSync(ROOT, path.join(folder, "node_modules/heddle"));
    write(folder, { "package.json": '{ "name": "woven", "type": "module" }', ...files });
    return folder;
  }

  remove(): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}

export function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
}

/** Runs Node in a folder, to its end. */
export async function runNode(folder: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const child = spawn(process.execPath, args, { cwd: folder, env: { ...process.env, VITEST: undefined, ...env } });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const code = await new Promise<number | null>(resolve => child.on("close", resolve));
  return { code, stdout, stderr };
}
