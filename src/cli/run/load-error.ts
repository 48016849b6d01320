/** Why a module does not load: its own error, once, with the user's line. */
import path from "node:path";
import { pathToFileURL } from "node:url";
import { HeddleError, ModuleLoadError } from "../../errors.ts";
import { stackPlace, userFrames } from "../../report/stack.ts";
import { NoLoaderError } from "../../workers/typescript.ts";
import { moduleLoadError, takenForCommonJs } from "../../workers/unreachable.ts";
import { syntaxMistake } from "./code-place.ts";
import { wrongImport } from "./wrong-import.ts";

const MOST_FRAMES = 4;
/** For these the loader knows what to do; other errors say it all themselves. */
const EXPLAINED = new Set(["ERR_MODULE_NOT_FOUND", "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX", "ERR_UNKNOWN_FILE_EXTENSION"]);

interface Told {
  /** The error in a line, then where it is. */
  readonly lines: readonly string[];
  readonly hint: string;
}

/** The error of the catalogue for a module that the command line could not load. */
export async function explainLoad(file: string, shown: string, error: unknown): Promise<HeddleError> {
  const { lines, hint } = await told(file, shown, error);
  const cause = lines.map((line, at) => (at === 0 ? line : `    ${line}`)).join("\n");
  return new ModuleLoadError({ file: shown, place: "this process", cause, hint }, { cause: error });
}

async function told(file: string, shown: string, error: unknown): Promise<Told> {
  if (!(error instanceof Error)) return { lines: [String(error)], hint: "" };
  if (error instanceof HeddleError) {
    const short = fromHere(error.short);
    const frames = framesOf(error).filter(frame => !short.includes(frame.replace(/^at /, "")));
    return { lines: [`${error.name}: ${short}`, ...frames], hint: error.remedy };
  }
  const said = `${error.name}: ${fromHere(error.message)}`;
  const imported = await wrongImport(file, error);
  if (imported !== null) return { lines: [said, ...imported.lines], hint: imported.hint };
  const hint = hintFor(shown, error);
  const esbuild = transformed(error);
  const isSyntax = error instanceof SyntaxError || esbuild !== undefined;
  const first = esbuild === undefined ? said : `SyntaxError: ${esbuild}`;
  const mistake = isSyntax ? syntaxMistake(file) : null;
  if (mistake !== null) {
    return { lines: [first.split("\n", 1)[0]!, ...mistake], hint: takenForCommonJs(error) ? "" : hint };
  }
  const frames = esbuild === undefined ? framesOf(error) : [];
  const isElsewhere = isSyntax && frames.length === 0 && hint === "";
  return { lines: [first, ...(isElsewhere ? ["in a module that it imports"] : frames)], hint };
}

function framesOf(error: Error): string[] {
  return userFrames(error.stack, stackPlace(), MOST_FRAMES);
}

/** What esbuild says, which tsx reads TypeScript with: `own.ts:1:14: ERROR: Unexpected ")"`. */
function transformed(error: Error): string | undefined {
  return error.name === "TransformError" ? (/: ERROR: (.+)/.exec(error.message)?.[1] ?? error.message) : undefined;
}

function hintFor(shown: string, error: Error): string {
  const code = "code" in error ? String(error.code) : "";
  const known = error instanceof NoLoaderError || EXPLAINED.has(code) || takenForCommonJs(error);
  if (!known) return "";
  const explained = moduleLoadError(shown, error, "this process");
  return explained instanceof HeddleError ? explained.remedy : "";
}

/** Paths below the folder that the user is in as they are from there. */
function fromHere(text: string): string {
  const here = process.cwd() + path.sep;
  return text.replaceAll(pathToFileURL(here).href, "").replaceAll(here, "");
}
