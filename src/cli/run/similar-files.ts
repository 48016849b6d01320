/** For a file that does not exist: which one was meant. */
import { readdir } from "node:fs/promises";
import path from "node:path";
import { nearest } from "../../config/nearest.ts";

const MODULE = /\.[cm]?[jt]s$/;
const MOST = 8;

/** The file that was probably meant by one that does not exist. */
export async function nearFile(file: string): Promise<string | undefined> {
  const folder = path.dirname(file);
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names = entries.filter(entry => entry.isFile()).map(({ name }) => name);
  const near = sameStem(path.basename(file), names) ?? nearest(path.basename(file), names);
  return near === undefined ? undefined : path.join(folder, near);
}

/** A hint that names files like `file` in its folder; undefined when there is nothing to say. */
export async function similarFiles(file: string): Promise<string | undefined> {
  const folder = path.dirname(file);
  let entries: string[];
  try {
    entries = (await readdir(folder, { withFileTypes: true })).filter(entry => entry.isFile()).map(entry => entry.name);
  } catch {
    return `The folder ${folder} does not exist either.`;
  }
  const wanted = path.basename(file);
  const near = sameStem(wanted, entries) ?? nearest(wanted, entries);
  if (near !== undefined) return `Did you mean ${path.join(folder, near)}?`;
  const alike = entries.filter(name => MODULE.test(name) === MODULE.test(wanted) || MODULE.test(name));
  return alike.length === 0 ? undefined : holds(folder, alike);
}

/** For a folder in the place of a module: what to name in it. */
export async function modulesIn(folder: string): Promise<string> {
  const entries = await readdir(folder, { withFileTypes: true });
  const modules = entries.filter(entry => entry.isFile() && MODULE.test(entry.name)).map(({ name }) => name);
  if (modules.length > 0) return `Name a module in it. ${holds(folder, modules)}`;
  return "Name a module with tasks and flows; none lies in it.";
}

function holds(folder: string, names: readonly string[]): string {
  const more = names.length > MOST ? `, and ${names.length - MOST} more` : "";
  return `${folder === "." ? "This folder" : folder} holds: ${names.slice(0, MOST).join(", ")}${more}`;
}

/** `pipeline` and `pipeline.js` find `pipeline.ts`. */
function sameStem(wanted: string, names: readonly string[]): string | undefined {
  const stem = wanted.replace(MODULE, "");
  return names.find(name => MODULE.test(name) && name.replace(MODULE, "") === stem);
}
