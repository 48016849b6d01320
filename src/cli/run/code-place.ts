/** Where in the user's code a module does not load. Node tells a program only what is wrong, so the code is parsed. */
import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import type { ParseResult } from "oxc-parser";

interface Parsed {
  readonly file: string;
  readonly text: string;
  readonly result: ParseResult;
}

/** A name or a module that some code imports. */
export interface Imported {
  /** The file that it is imported from, where it is one of the project's. */
  readonly from: string | null;
  readonly specifier: string;
  /** File, line and column, the line, and a sign below. */
  readonly lines: readonly string[];
}

const MOST_MODULES = 500;
const LONGEST_LINE = 120;
const ENDINGS = ["", ".ts", ".tsx", ".mts", ".js", ".mjs", ".cjs", "/index.ts", "/index.js"];

type Parser = typeof import("oxc-parser");
let parser: Parser | null = null;

/** Where the first mistake is in a module, or in those that it imports; null if there is none that can be seen. */
export function syntaxMistake(entry: string): readonly string[] | null {
  for (const { file, text, result } of modulesFrom(entry)) {
    const [error] = result.errors;
    if (error !== undefined) return linesAt(file, text, error.labels[0]?.start ?? 0);
  }
  return null;
}

/** The first import from `specifier`, of the name `name` if one is given, in a module or in those that it imports. */
export function importOf(entry: string, fits: (specifier: string, file: string) => boolean, name?: string) {
  for (const { file, text, result } of modulesFrom(entry)) {
    for (const { moduleRequest, start, entries } of result.module.staticImports) {
      if (!fits(moduleRequest.value, file)) continue;
      const one = entries.find(({ importName }) => (importName.name ?? "default") === name);
      if (name !== undefined && one === undefined) continue;
      const at = one?.importName.start ?? (name === undefined ? moduleRequest.start : start);
      const imported: Imported = {
        from: fileOf(file, moduleRequest.value),
        specifier: moduleRequest.value,
        lines: linesAt(file, text, at),
      };
      return imported;
    }
  }
  return null;
}

/** The names that a module exports itself; types apart, as nothing is left of them when it runs. */
export function exportsOf(file: string): { readonly values: readonly string[]; readonly types: readonly string[] } {
  const entries = (parsedFile(file)?.result.module.staticExports ?? []).flatMap(each => each.entries);
  const names = (isType: boolean) =>
    entries.flatMap(entry => {
      const { name, kind } = entry.exportName;
      return entry.isType === isType ? (name ?? (kind === "Default" ? "default" : [])) : [];
    });
  return { values: names(false), types: names(true) };
}

/** A module, and those of the project that it imports, each once, the nearest first. */
function* modulesFrom(entry: string): Generator<Parsed> {
  const open = new Set([entry]);
  for (const file of open) {
    const parsed = parsedFile(file);
    if (parsed === null) continue;
    yield parsed;
    const { staticImports, staticExports } = parsed.result.module;
    const again = staticExports.flatMap(({ entries }) => entries.flatMap(each => each.moduleRequest?.value ?? []));
    for (const specifier of [...staticImports.map(each => each.moduleRequest.value), ...again]) {
      const other = fileOf(file, specifier);
      if (other !== null && open.size < MOST_MODULES) open.add(other);
    }
  }
}

function parsedFile(file: string): Parsed | null {
  parser ??= createRequire(import.meta.url)("oxc-parser") as Parser;
  try {
    const text = readFileSync(file, "utf8");
    return { file, text, result: parser.parseSync(file, text, { showSemanticErrors: true }) };
  } catch {
    return null;
  }
}

/** The file that is meant by a relative import, as Node and TypeScript's loaders have it. */
function fileOf(from: string, specifier: string): string | null {
  if (!/^\.{1,2}\//.test(specifier)) return null;
  const whole = path.resolve(path.dirname(from), specifier.replace(/[?#].*$/, ""));
  const written = whole.replace(/\.([cm]?)js$/, ".$1ts");
  return [...ENDINGS.map(ending => whole + ending), written].find(isFile) ?? null;
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}

function linesAt(file: string, text: string, offset: number): string[] {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const end = text.indexOf("\n", offset);
  const line = text.slice(start, end < 0 ? text.length : end);
  const place = `at ${path.relative(process.cwd(), file)}:${text.slice(0, start).split("\n").length}:${offset - start + 1}`;
  const sign = offset - start - (line.length - line.trimStart().length);
  if (line.trim() === "" || line.length > LONGEST_LINE || sign < 0) return [place];
  return [place, line.trim(), `${" ".repeat(sign)}^`];
}
