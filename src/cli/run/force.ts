/** Reads `--force [task...]`: which tasks are computed anew. */
import { existsSync } from "node:fs";
import { suggest } from "../../config/nearest.ts";
import { UsageError } from "../../errors.ts";
import type { Definition } from "../../task/definition.ts";
import type { Candidate } from "./choose.ts";

export type Force = true | readonly string[];

/**
 * The names of the tasks, checked; true for all.
 *
 * @param candidates The tasks of the module, which may be named as it exports them.
 * @param known All tasks and flows that were registered when it was loaded.
 */
export function readForce(
  force: Force,
  candidates: readonly Candidate[],
  known: readonly Pick<Definition, "name" | "identity">[],
): Force {
  if (force === true) return true;
  const names = new Map<string, string>();
  for (const { definition, exports } of candidates) for (const name of exports) names.set(name, definition.name);
  for (const { name, identity } of known) names.set(identity, name).set(name, name);
  return [...new Set(force.map(word => names.get(word) ?? refuse(word, known)))];
}

function refuse(word: string, known: readonly Pick<Definition, "name">[]): never {
  const names = [...new Set(known.map(({ name }) => name))];
  throw new UsageError({ problem: `--force ${word}: there is no task "${word}"`, hint: suggest(word, names, "task") });
}

/**
 * The file to run from, and what is forced. In `--force FILE` the option has taken the file for the name of a task.
 *
 * @throws UsageError if there is no file.
 */
export function fileApart(given: string | undefined, force: Force | undefined): { file: string; force?: Force } {
  if (given !== undefined) return { file: given, ...(force !== undefined && { force }) };
  const words = force === undefined || force === true ? [] : force;
  const last = words.at(-1);
  if (last !== undefined && isFile(last)) return { file: last, force: words.length === 1 ? true : words.slice(0, -1) };
  throw new UsageError({
    problem: "Missing required argument 'file'",
    hint: words.length === 0 ? "See heddle run --help" : "Name the file before --force: what follows that are tasks.",
  });
}

function isFile(word: string): boolean {
  return existsSync(word) || /\.[cm]?[jt]sx?(:|$)/.test(word);
}
