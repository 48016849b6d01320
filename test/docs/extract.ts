/** Finds the examples of the documentation: fenced blocks of Markdown pages, and `@example` tags of doc comments. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** A fenced block: ```` ```ts run file=words.ts ````. */
export interface Block {
  readonly page: string;
  readonly line: number;
  readonly language: string;
  /** To be run as a program, or as commands. */
  readonly run: boolean;
  /** The name under which other blocks of the page find it. */
  readonly file: string | undefined;
  readonly code: string;
}

/** The pages of the project that users read, by path from the root. */
export function pages(): string[] {
  const docs = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" });
  return ["README.md", ...docs.filter(name => name.endsWith(".md")).map(name => `docs/${name}`)].sort();
}

export function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  const lines = readFileSync(join(root, page), "utf8").split("\n");
  for (let at = 0; at < lines.length; at++) {
    const info = /^```(\w+)(.*)$/.exec(lines[at]!);
    if (info === null) continue;
    const line = at + 1;
    const end = lines.indexOf("```", line);
    const words = info[2]!.trim().split(/\s+/);
    const file = words.find(word => word.startsWith("file="))?.slice("file=".length);
    const code = lines.slice(line, end).join("\n");
    blocks.push({ page, line, language: info[1]!, run: words.includes("run"), file, code });
    at = end;
  }
  return blocks;
}

/** An `@example` and what it stands at. */
export interface ApiExample {
  readonly source: string;
  readonly line: number;
  /** The declaration below the comment. */
  readonly name: string;
  readonly code: string;
}

export function apiExamples(): ApiExample[] {
  const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" });
  return sources
    .filter(name => name.endsWith(".ts"))
    .sort()
    .flatMap(name => examplesIn(join(root, "src", name)));
}

function examplesIn(path: string): ApiExample[] {
  const text = readFileSync(path, "utf8");
  const found = text.matchAll(/^\/\*\*\n(?:^ \*.*\n)*?^ \* @example\n((?:^ \*(?!\/).*\n)+)^ \*\/\n.*?(\w+)\s*[<(]/gm);
  return [...found].map(match => ({
    source: relative(root, path),
    line: text.slice(0, match.index).split("\n").length,
    name: match[2]!,
    code: match[1]!.replace(/^ \* ?/gm, "").trimEnd(),
  }));
}
