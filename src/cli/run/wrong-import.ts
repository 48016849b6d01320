/** An import that leads nowhere, or of a name that is not exported: where it stands, and what was meant. */
import path from "node:path";
import { fileURLToPath } from "node:url";
import { nearest } from "../../config/nearest.ts";
import { exportsOf, importOf } from "./code-place.ts";
import { nearFile } from "./similar-files.ts";

interface Wrong {
  readonly lines: readonly string[];
  readonly hint: string;
}

/** Null for other errors. */
export async function wrongImport(entry: string, error: Error): Promise<Wrong | null> {
  const module = /^Cannot find module '(.+?)' imported from '?(.+?)'?$/m.exec(error.message);
  if (module !== null) return missingModule(pathOf(module[1]!), pathOf(module[2]!));
  const named = /^Cannot find package '(.+?)' imported from '?(.+?)'?$/m.exec(error.message);
  if (named !== null) return missingPackage(named[1]!, pathOf(named[2]!));
  const name = /^The requested module '(.+?)' does not provide an export named '(.+?)'/m.exec(error.message);
  return name === null ? null : missingName(entry, name[1]!, name[2]!);
}

async function missingModule(target: string, importer: string): Promise<Wrong> {
  const found = importOf(importer, (specifier, from) => path.resolve(path.dirname(from), specifier) === target);
  const near = await nearFile(target);
  if (near === undefined)
    return { lines: found?.lines ?? [], hint: "Check the path; it starts at the file that imports." };
  const relative = path.relative(path.dirname(importer), near);
  const meant = relative.startsWith(".") ? relative : `./${relative}`;
  const ending = near.startsWith(`${target}.`) ? " Imports name files with their endings." : "";
  return { lines: found?.lines ?? [], hint: `Did you mean ${meant}?${ending}` };
}

function missingPackage(name: string, importer: string): Wrong {
  const found = importOf(importer, specifier => specifier === name || specifier.startsWith(`${name}/`));
  const isPath = path.isAbsolute(name);
  const hint = isPath ? "Install the package anew." : `Install it in the project: npm install ${name}`;
  return { lines: found?.lines ?? [], hint };
}

function missingName(entry: string, specifier: string, name: string): Wrong | null {
  const found = importOf(entry, each => each === specifier, name);
  if (found === null) return null;
  const { values, types } = found.from === null ? { values: [], types: [] } : exportsOf(found.from);
  const near = nearest(name, values);
  if (types.includes(name)) {
    const hint = `It is a type, of which nothing is left when the module runs: import type { ${name} } from "${specifier}".`;
    return { lines: found.lines, hint };
  }
  const all = values.length === 0 ? "" : `It exports ${values.join(", ")}.`;
  return { lines: found.lines, hint: near === undefined ? all : `Did you mean ${near}?` };
}

function pathOf(text: string): string {
  return text.startsWith("file:") ? fileURLToPath(text) : text;
}
