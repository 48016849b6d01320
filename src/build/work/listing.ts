/** What is in a folder that is read or made as a whole. */
import { lstatSync, readdirSync, realpathSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../../errors.ts";
import { STAGE } from "./stage.ts";

/**
 * The files below a folder, by their paths in it with `/`, sorted. Links count as what they lead to, save those that
 * lead back to a folder around them; what targets are writing does not count.
 *
 * @throws UsageError for a name that cannot be read; else the error of the file system.
 */
export function filesIn(folder: string): string[] {
  return [...below(folder, "", [])].sort((a, b) => (a < b ? -1 : 1));
}

/** @param around The real paths of folders from which links have led here. */
function* below(folder: string, prefix: string, around: readonly string[]): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const { name } = entry;
    if (name === STAGE) continue;
    const whole = join(folder, name);
    checkName(whole);
    if (entry.isFile()) yield prefix + name;
    else if (entry.isDirectory()) yield* below(whole, `${prefix}${name}/`, around);
    else if (entry.isSymbolicLink()) yield* behind(whole, prefix + name, [...around, realpathSync(folder)]);
  }
}

function* behind(link: string, path: string, around: readonly string[]): Generator<string> {
  const stat = leadsTo(link);
  if (stat?.isFile() === true) yield path;
  if (stat?.isDirectory() !== true) return;
  const real = realpathSync(link);
  const leadsBack = around.some(folder => `${folder}/`.startsWith(`${real}/`));
  if (!leadsBack) yield* below(link, `${path}/`, around);
}

/** Nothing for links that lead to nothing, or in a circle. */
export function leadsTo(link: string): Stats | undefined {
  try {
    return statSync(link, { throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ELOOP") return undefined;
    throw error;
  }
}

/** What is no UTF-8 comes with a sign in the place of what could not be read, and nothing is found by that name. */
export function checkName(path: string): void {
  if (!path.includes("\uFFFD") || lstatSync(path, { throwIfNoEntry: false }) !== undefined) return;
  throw new UsageError({
    problem: `The name of a file is no UTF-8 text, so that it cannot be read: ${path}`,
    hint: "Rename it, or move it out of what targets read and make.",
  });
}
