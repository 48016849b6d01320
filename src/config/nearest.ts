/** What somebody probably meant: names near to one that is not known. */
import { closest, distance } from "fastest-levenshtein";
import { OptionError } from "../errors.ts";

/** The known name most like `name`, or undefined when none is near enough to suggest. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const exactButForCase = known.find(one => one.toLowerCase() === name.toLowerCase());
  if (exactButForCase !== undefined) return exactButForCase;
  const exchanged = known.find(one => isExchanged(name.toLowerCase(), one.toLowerCase()));
  if (exchanged !== undefined) return exchanged;
  const best = closest(name, [...known]);
  return distance(name.toLowerCase(), best.toLowerCase()) <= Math.max(1, Math.floor(best.length / 3))
    ? best
    : undefined;
}

/** True if two neighbouring letters are exchanged, which the distance takes for two mistakes. */
function isExchanged(name: string, known: string): boolean {
  if (name.length !== known.length) return false;
  const at = [...name].findIndex((letter, place) => letter !== known[place]);
  if (at < 0) return false;
  return name.slice(0, at) + (name[at + 1] ?? "") + name[at]! + name.slice(at + 2) === known;
}

/** What to do about a name that is not known: the near one, else all that there are. */
export function suggest(name: string, known: readonly string[], what = "name"): string {
  const near = nearest(name, known);
  if (near !== undefined) return `Did you mean ${near}?`;
  return known.length === 0 ? `There is no ${what} to choose from.` : `Choose one of: ${known.join(", ")}.`;
}

/** Throws an `OptionError` for the first key of `value` that is not among `known`. */
export function checkKeys(value: object, known: readonly string[], where: string): void {
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) {
      throw new OptionError({ where, problem: `unknown option "${key}"`, hint: suggest(key, known, "option") });
    }
  }
}
