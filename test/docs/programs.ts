/** Makes programs of examples, checks their types and translates them, all in one go, and runs them. */
import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import ts from "typescript";
import * as targets from "../../src/build.ts";
import * as heddle from "../../src/index.ts";
import * as testing from "../../src/testing.ts";
import { type ApiExample, type Block, root } from "./extract.ts";
import * as prelude from "./prelude.ts";

/** Inside the project, so that "heddle" is this package, and out of sight of git, types and lint. */
const home = join(root, "test/docs/.cache", String(process.pid));

export interface Program {
  readonly title: string;
  /** The words of its command, as seen from the folder. */
  readonly command: readonly string[];
  readonly folder: string;
  /** It goes on from what those before it on its page have left. */
  readonly inOrder: boolean;
  readonly exit: number;
  /** What it prints, line by line; null where the example does not say. */
  readonly prints: readonly string[] | null;
}

export interface Ending {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const sources: string[] = [];

export function clear(): void {
  rmSync(home, { recursive: true, force: true });
}

function write(folder: string, name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  if (name.endsWith(".ts")) sources.push(path);
  return path;
}

/** The programs among the blocks of one page; its named files are there for all of them. */
export function programsOf(page: string, blocks: readonly Block[]): Program[] {
  const folder = join(home, page.replace(/\W+/g, "-"));
  const programs: Program[] = [];
  const builds = blocks.some(({ file }) => file?.endsWith(".target.ts"));
  for (const { language, run, file, line, code } of blocks) {
    const title = `${page}:${line}`;
    if (language === "ts" && (run || file !== undefined)) {
      const path = write(folder, file ?? `line-${line}.ts`, `${code}\nexport {};\n`);
      const command = ["node", basename(path).replace(/ts$/, "js")];
      if (run) programs.push({ title, command, folder, inOrder: builds, exit: 0, prints: printedIn(code, "//") });
    } else if ((language === "js" || language === "json") && file !== undefined) write(folder, file, code);
    else if (language === "sh" && run) programs.push(...commandsIn(code, title, folder, builds));
  }
  return programs;
}

/** A line a command: `npx heddle run x.ts   # exit 2`, and below it what it prints: `# → 42`. */
function commandsIn(code: string, title: string, folder: string, inOrder: boolean): Program[] {
  return code.split(/\n(?=\w)/).map(part => {
    const [first = ""] = part.split("\n");
    const exit = Number(/# exit (\d+)/.exec(first)?.[1] ?? 0);
    const words = first.replace(/\s+# .*$/, "").match(/'[^']*'|\S+/g) ?? [];
    const command = words.map(word => word.replace(/^'(.*)'$/, "$1"));
    return { title: `${title} ${first}`, command, folder, inOrder, exit, prints: printedIn(part, "#") };
  });
}

function printedIn(code: string, comment: string): string[] | null {
  const lines = [...code.matchAll(new RegExp(`${comment} →(?: (.*))?$`, "gm"))].map(match =>
    (match[1] ?? "").trimEnd(),
  );
  return lines.length === 0 ? null : lines;
}

/** Examples that stand in a flow or in a task; the others are programs of their own. */
const INSIDE: Readonly<Record<string, "flow" | "task">> = {
  all: "flow",
  allowFailure: "flow",
  asCompleted: "flow",
  context: "task",
  quote: "flow",
  unmapped: "flow",
  wait: "flow",
};

export function programOf(example: ApiExample): Program {
  const { name, code, source, line } = example;
  const folder = join(home, "api");
  mkdirSync(folder, { recursive: true });
  const shared = join(folder, "prelude.ts");
  if (!sources.includes(shared)) {
    copyFileSync(join(root, "test/docs/prelude.ts"), shared);
    sources.push(shared);
    // A project of its own, or examples of targets would find those of this one.
    writeFileSync(join(folder, "heddle.config.mjs"), "export default {};\n");
  }
  const isJavaScript = /^\/\/ \S+\.js\b/.test(code);
  const body = isJavaScript
    ? code
    : `${imports(code, INSIDE[name], source)}\n${surrounded(code, INSIDE[name])}\nexport {};\n`;
  const path = write(folder, `${name}-${line}.${isJavaScript ? "mjs" : "ts"}`, body);
  const command = ["node", basename(path).replace(/\.ts$/, ".js")];
  return { title: `${source}:${line} ${name}`, command, folder, inOrder: false, exit: 0, prints: null };
}

function imports(code: string, inside: "flow" | "task" | undefined, source: string): string {
  const taken = (name: string) => new RegExp(`\\b(const|function|class) ${name}\\b`).test(code);
  const used = (from: object) =>
    Object.keys(from).filter(name => new RegExp(`(?<![.\\w])${name}\\b`).test(code) && !taken(name));
  const ofTargets = source.startsWith("src/build/") ? used(targets) : [];
  const own = new Set(used(heddle).filter(name => !ofTargets.includes(name)));
  if (inside === "flow") own.add("run");
  if (inside === "task") own.add("task");
  const needed = used(prelude).filter(name => !ofTargets.includes(name));
  if (inside === "flow") needed.push("square");
  return [
    `import { ${[...own].join(", ")} } from "heddle";`,
    `import { ${ofTargets.join(", ")} } from "heddle/build";`,
    `import { ${used(testing).join(", ")} } from "heddle/testing";`,
    `import { ${[...new Set(needed)].join(", ")} } from "./prelude.ts";`,
  ].join("\n");
}

function surrounded(code: string, inside: "flow" | "task" | undefined): string {
  if (inside === "task") return `await task("example", () => {\n${code}\n})();`;
  if (inside === undefined) return code;
  return `await run(async () => {\nconst futures = [square.submit(1), square.submit(2)];\n${code}\nawait futures[0];\n});`;
}

/** Checks the types of all programs, and writes their JavaScript beside them; gives what is wrong, a line each. */
export function translate(): string[] {
  const program = ts.createProgram(sources, {
    target: ts.ScriptTarget.ES2023,
    lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts"],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: ["node"],
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    erasableSyntaxOnly: true,
    verbatimModuleSyntax: true,
    rewriteRelativeImportExtensions: true,
    skipLibCheck: true,
  });
  const { diagnostics } = program.emit();
  // Modules of targets are found by their names: one of each.
  for (const source of sources) if (source.endsWith(".target.ts")) rmSync(source);
  const found = [...ts.getPreEmitDiagnostics(program), ...diagnostics].filter(mistake => !isPassed(mistake));
  const mistakes = found.map(({ file, start, messageText }) => {
    const place = file === undefined ? "" : placeOf(file, start ?? 0);
    return `${place}${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
  return [...new Set(mistakes)];
}

/** The example of registerSerializer has a parameter property, which Node alone does not take. */
function isPassed({ code, file }: ts.Diagnostic): boolean {
  return code === 1294 && file !== undefined && basename(file.fileName).startsWith("registerSerializer");
}

function placeOf(file: ts.SourceFile, start: number): string {
  const { line } = file.getLineAndCharacterOfPosition(start);
  return `${file.fileName.slice(home.length + 1)}:${line + 1}: ${readFileSync(file.fileName, "utf8").split("\n")[line]}\n  `;
}

const LOGGING = new Set(["run", "build"]);

export function start({ command, folder }: Program): Promise<Ending> {
  const [first, second, ...rest] = command;
  const cli = join(root, "dist/cli/heddle.js");
  const args =
    first === "npx" && second === "heddle"
      ? [cli, ...rest, ...(LOGGING.has(rest[0]!) ? ["--no-log"] : [])]
      : command.slice(1);
  if (first !== "node" && first !== "npx") throw new Error(`an example may not start ${first}`);
  const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith("VITEST")));
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: folder,
      env: { ...env, NO_COLOR: "1", HEDDLE_QUEUE: join(home, "queue") },
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", text => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", text => {
      stderr += text;
    });
    child.on("error", reject).on("close", exit => resolve({ exit, stdout, stderr }));
  });
}
