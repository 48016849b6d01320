/** `heddle init`: writes a small project that runs. */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { styleText } from "node:util";
import { UsageError } from "../../errors.ts";
import { platform } from "../../platform.ts";
import { heddleVersion } from "../../version.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { dependencies, type ProjectFacts, projectFiles } from "./template.ts";

export async function init(folder: string, { yes = false }: { readonly yes?: boolean }): Promise<ExitCode> {
  const target = path.resolve(folder);
  const present = await entriesOf(target, folder);
  if (present.length > 0 && !yes && !(await confirmed(folder))) {
    process.stderr.write("Nothing was written.\n");
    return EXIT.ok;
  }
  const facts: ProjectFacts = {
    name: packageName(path.basename(target)),
    heddle: heddleVersion(),
    needsTsx: !platform.stripsTypes,
  };
  await mkdir(target, { recursive: true });
  const kept: string[] = [];
  for (const [name, text] of projectFiles(facts)) {
    const written = await writeNew(path.join(target, name), text);
    if (!written) kept.push(name);
    const mark = written ? styleText("green", "wrote") : styleText("yellow", "kept ");
    process.stdout.write(`  ${mark}  ${path.join(folder, name)}${written ? "" : "  (it was there)"}\n`);
  }
  process.stdout.write(`\n${await nextSteps(folder, facts, kept)}\n`);
  return EXIT.ok;
}

async function nextSteps(folder: string, facts: ProjectFacts, kept: readonly string[]): Promise<string> {
  const install = kept.includes("package.json")
    ? await completing(path.resolve(folder, "package.json"), facts)
    : "npm install";
  const enter = path.resolve(folder) === process.cwd() ? "" : `cd ${quoted(folder)} && `;
  return `Next:\n  ${enter}${install} && npx heddle run pipeline.ts`;
}

/** What gives a package.json that was there before all that it lacks. */
async function completing(file: string, facts: ProjectFacts): Promise<string> {
  const { type, dependencies: has, devDependencies: hasToo } = await readPackage(file);
  const missing = Object.entries(dependencies(facts)).filter(([name]) => !(name in { ...has, ...hasToo }));
  const install = ["npm install", ...missing.map(([name, range]) => quoted(`${name}@${range}`))].join(" ");
  return type === "module" ? install : `npm pkg set type=module && ${install}`;
}

async function readPackage(file: string): Promise<{ type?: string; dependencies?: object; devDependencies?: object }> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as object;
  } catch {
    // npm will say what is wrong with it.
    return {};
  }
}

function quoted(word: string): string {
  return /^[\w@./-]+$/.test(word) ? word : `"${word}"`;
}

async function entriesOf(target: string, shown: string): Promise<string[]> {
  try {
    return await readdir(target);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT") return [];
    const problem = code === "ENOTDIR" ? `${shown} is a file` : `${shown} cannot be read: ${String(error)}`;
    throw new UsageError({ problem, hint: "Name a folder, or one that does not exist yet." });
  }
}

async function writeNew(file: string, text: string): Promise<boolean> {
  try {
    await writeFile(file, text, { flag: "wx" });
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw new UsageError(
      { problem: `${file} cannot be written: ${String(error)}`, hint: "Check who may write there." },
      { cause: error },
    );
  }
}

/** Asks only a person: without a terminal the answer is yes, as nothing is ever overwritten. */
async function confirmed(folder: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return true;
  const { createInterface } = await import("node:readline/promises");
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await asking.question(
      `${folder} is not empty. Write what is missing? No file is overwritten. [Y/n] `,
    );
    return !/^n/i.test(answer.trim());
  } finally {
    asking.close();
  }
}

function packageName(folder: string): string {
  const name = folder
    .toLowerCase()
    .replace(/[^a-z0-9~-]+/g, "-")
    .replace(/^[-~]+|-+$/g, "");
  return name === "" || name === "heddle" ? "my-pipeline" : name;
}
