import { shown } from "../../config/shown.ts";
import { UsageError } from "../../errors.ts";

const LONGEST = 200;

/** A name of a queue or schedule, as keys can have it. */
export function readName(name: string, what: string): string {
  if (name.trim() !== "" && name.length <= LONGEST) return name;
  const problem = name.trim() === "" ? `${what} is empty` : `${what} ${shown(name)} is too long`;
  throw new UsageError({ problem, hint: `Give a name of 1 to ${LONGEST} characters.` });
}
