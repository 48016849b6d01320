import type { AnyOptions, Definition } from "./definition.ts";

/** The labels of a task as users write them: a name, names, or names with amounts. */
export type Labels = string | readonly string[] | Readonly<Record<string, number>>;

/**
 * The labels of a task's calls with their amounts, in the order in which they were given. The task's own name is one of
 * them: the last, unless it was given a place.
 */
export function labelsOf({ name }: Pick<Definition, "name">, { labels }: AnyOptions): ReadonlyMap<string, number> {
  const amounts = new Map(entriesOf(labels));
  if (!amounts.has(name)) amounts.set(name, 1);
  return amounts;
}

function entriesOf(labels: Labels | undefined): Iterable<readonly [string, number]> {
  if (labels === undefined) return [];
  if (typeof labels === "string") return [[labels, 1]];
  return isList(labels) ? labels.map(label => [label, 1]) : Object.entries(labels);
}

function isList(labels: Labels): labels is readonly string[] {
  return Array.isArray(labels);
}
