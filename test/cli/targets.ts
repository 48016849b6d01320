/** Projects with targets, and the commands about them, run in this process. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Command, CommanderError } from "commander";
import { onTestFinished, vi } from "vitest";
import { addAccept } from "../../src/cli/commands/accept.ts";
import { addBuild } from "../../src/cli/commands/build.ts";
import { addClean } from "../../src/cli/commands/clean.ts";
import { addCollect } from "../../src/cli/commands/collect.ts";
import { addGraph } from "../../src/cli/commands/graph.ts";
import { addProfile } from "../../src/cli/commands/profile.ts";
import { exitCodeOf } from "../../src/cli/exit.ts";
import { failureText } from "../../src/cli/failure.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface TargetProject {
  readonly folder: string;
  write(files: Readonly<Record<string, string>>): void;
  read(file: string): string;
  has(file: string): boolean;
  remove(file: string): void;
  /** Runs `heddle …words` in the project. Modules are loaded once: what is edited is not seen. */
  heddle(...words: string[]): Promise<Ended>;
}

/** What modules of targets begin with: `copy` makes all outputs of all inputs. */
export const IMPORTS = `
  import { readFileSync, writeFileSync, mkdirSync } from "node:fs";
  import { dir, file, files, target } from "heddle/build";
  const text = value => typeof value === "string" && value.startsWith("/") ? readFileSync(value, "utf8") : [value].flat().map(one => String(one).startsWith("/") ? readFileSync(one, "utf8") : String(one)).join("");
  const copy = (inputs, outputs) => {
    for (const path of Object.values(outputs)) writeFileSync(path, Object.values(inputs).map(text).join(""));
  };
`;

export function targetProject(files: Readonly<Record<string, string>>): TargetProject {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), "heddle-build-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(path.join(folder, "node_modules"));
  symlinkSync(ROOT, path.join(folder, "node_modules/heddle"));
  const at = (file: string) => path.join(folder, file);
  const write = (more: Readonly<Record<string, string>>) => {
    for (const [name, text] of Object.entries(more)) {
      mkdirSync(path.dirname(at(name)), { recursive: true });
      writeFileSync(at(name), /\.target\.mjs$/.test(name) ? IMPORTS + text : text);
    }
  };
  // Targets of all these projects are known in this process, by the names of their packages.
  write({ "package.json": `{ "name": "${path.basename(folder)}", "type": "module" }`, ...files });
  return {
    folder,
    write,
    read: file => readFileSync(at(file), "utf8"),
    has: file => existsSync(at(file)),
    remove: file => rmSync(at(file), { recursive: true }),
    heddle: (...words) => commanded(folder, words),
  };
}

async function commanded(folder: string, words: readonly string[]): Promise<Ended> {
  const before = process.cwd();
  let out = "";
  let err = "";
  const spies = [
    vi.spyOn(process.stdout, "write").mockImplementation(text => {
      out += text;
      return true;
    }),
    vi.spyOn(process.stderr, "write").mockImplementation(text => {
      err += text;
      return true;
    }),
  ];
  process.chdir(folder);
  try {
    const code = await parsed(words).catch(error => {
      err += `${failureText(error, {})}\n`;
      return error instanceof CommanderError ? 2 : exitCodeOf(error);
    });
    return { code, out, err };
  } finally {
    process.chdir(before);
    for (const spy of spies) spy.mockRestore();
  }
}

async function parsed(words: readonly string[]): Promise<number> {
  let code = -1;
  const done = (result: number) => {
    code = result;
  };
  const program = new Command("heddle").exitOverride().configureOutput({ outputError: () => {} });
  addBuild(program, done);
  addClean(program, done);
  addCollect(program, done);
  addAccept(program, done);
  addProfile(program, done);
  addGraph(program, done, async () => (await import("../../src/run/plan.ts")).planRun);
  await program.parseAsync([...words], { from: "user" });
  return code;
}
