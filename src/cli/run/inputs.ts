/** The inputs of a flow, as the command line gives them. */
import { readFile } from "node:fs/promises";
import { shown } from "../../config/shown.ts";
import { UsageError } from "../../errors.ts";
import { jsonPlace } from "./json-place.ts";
import { similarFiles } from "./similar-files.ts";

/** The arguments of the flow: `--input` is the first, `--args` an array of all. */
export async function readInputs(given: { readonly input?: string; readonly args?: string }): Promise<unknown[]> {
  if (given.input !== undefined && given.args !== undefined) {
    throw new UsageError({
      problem: "--input and --args were given together",
      hint: "--input is the first parameter, --args a list of all: give one of them.",
    });
  }
  if (given.input !== undefined) return [await readJson(given.input, "--input")];
  if (given.args === undefined) return [];
  const args = await readJson(given.args, "--args");
  if (Array.isArray(args)) return args;
  throw new UsageError({
    problem: `--args is ${shown(args)}, not a list`,
    hint: `Write --args '[…]', or --input '…' for one parameter.`,
  });
}

async function readJson(given: string, option: string): Promise<unknown> {
  const file = given.startsWith("@") ? given.slice(1) : null;
  const text = file === null ? given : await readText(file, option);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError({
      problem: `${file === null ? option : `${file}, given as ${option},`} is not JSON: ${await jsonPlace(text, error)}`,
      hint: file === null ? remedy(text, option) : "Mend the file.",
    });
  }
}

async function readText(file: string, option: string): Promise<string> {
  try {
    return (await readFile(file, "utf8")).replace(/^\uFEFF/, "");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    throw new UsageError({
      problem: `${option} @${file} cannot be read: ${code === "ENOENT" ? "there is no such file" : String(error)}`,
      hint: (await similarFiles(file)) ?? "Check the path; it is relative to the folder you are in.",
    });
  }
}

function remedy(text: string, option: string): string {
  if (/^[\w./:-]+$/.test(text) && /\.json$/.test(text)) return `To read a file, write ${option} @${text}`;
  if (/^[\p{L}_][^"'{}[\]]*$/u.test(text))
    return `A string wants double quotes inside the shell's: ${option} '"${text}"'`;
  return `Put single quotes around the JSON, so that the shell leaves it alone: ${option} '…'`;
}
