/** Why a module does not load: its own error, once, with the user's line. */
import { spawnSync } from "node:child_process";
import { HeddleError, ModuleLoadError } from "../../errors.ts";
import { stackPlace, userFrames } from "../../report/stack.ts";
import { NoLoaderError } from "../../workers/typescript.ts";
import { moduleLoadError, takenForCommonJs } from "../../workers/unreachable.ts";

const MOST_FRAMES = 4;
/** For these the loader knows what to do; other errors say it all themselves. */
const EXPLAINED = new Set(["ERR_MODULE_NOT_FOUND", "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX"]);

/** The error of the catalogue for a module that the command line could not load. */
export function explainLoad(file: string, shown: string, error: unknown): HeddleError {
  const details = { file: shown, place: "this process", cause: said(file, error), hint: hintFor(shown, error) };
  return new ModuleLoadError(details, { cause: error });
}

function said(file: string, error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const short = error instanceof HeddleError ? error.short : error.message;
  const frames = userFrames(error.stack, stackPlace(), MOST_FRAMES);
  const place = frames.length === 0 && error instanceof SyntaxError ? syntaxPlace(file) : frames;
  return [`${error.name}: ${short}`, ...place.map(line => `    ${line}`)].join("\n");
}

/** Of a syntax error Node tells a program only the message; where it is, Node prints when asked to check the file. */
function syntaxPlace(file: string): string[] {
  const { status, stderr } = spawnSync(process.execPath, ["--check", file], { encoding: "utf8", timeout: 10_000 });
  if (status === 0) return ["in a module that it imports"];
  const lines = (stderr ?? "").split("\n");
  const caret = lines.findIndex(line => /^\s*\^+\s*$/.test(line));
  return caret < 2
    ? []
    : [`at line ${/:(\d+)$/.exec(lines[caret - 2] ?? "")?.[1]}`, ...lines.slice(caret - 1, caret + 1)];
}

function hintFor(shown: string, error: unknown): string {
  if (error instanceof HeddleError) return error.remedy;
  if (/Cannot find package 'heddle'/.test(String(error))) return "Install it in the project: npm install heddle";
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const known = error instanceof NoLoaderError || EXPLAINED.has(code) || takenForCommonJs(error);
  if (!known) return "";
  const explained = moduleLoadError(shown, error, "this process");
  return explained instanceof HeddleError ? explained.remedy : "";
}
