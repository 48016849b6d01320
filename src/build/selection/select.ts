/** Which targets are meant by names, paths, an expression and tags. Pure: what is on the disk is not known here. */
import { fileURLToPath } from "node:url";
import { nearest } from "../../config/nearest.ts";
import { OptionError } from "../../errors.ts";
import type { TargetNode } from "../graph/node.ts";
import type { Places } from "../graph/places.ts";
import { type Expression, isMisspelt, parseExpression } from "./expression.ts";

export type Selects = (node: TargetNode) => boolean;

export interface Wanted {
  /** Names of targets, or paths: of modules, of folders with modules in them, or of outputs. None: all targets. */
  readonly words?: readonly string[];
  readonly match?: Expression;
  /** Targets with one of these. */
  readonly tags?: readonly string[];
}

export interface Selection {
  /** Of these targets, and of others that become known later. */
  selects(node: TargetNode): boolean;
  /** Words that mean nothing, with what may have been meant. */
  readonly unknown: readonly Unknown[];
}

export interface Unknown {
  readonly word: string;
  readonly near: string | undefined;
}

interface Word {
  readonly text: string;
  readonly place: string;
  /** A name comes before a path. */
  readonly isName: boolean;
}

/**
 * @param nodes The targets that are known.
 * @param returned Names of targets that are known only when others have returned them.
 * @param placeOf The place of a path as it was written; default: of a path from the project's root. What is nothing
 * there is taken as such a path too.
 */
export function select(
  { words = [], match, tags = [] }: Wanted,
  nodes: readonly TargetNode[],
  returned: readonly string[],
  places: Places,
  placeOf: (path: string) => string = path => places.of(path),
): Selection {
  const names = new Set([...nodes.flatMap(namesOf), ...returned]);
  const meant = words.map((text): Word => {
    const word = { text, place: placeOf(text), isName: names.has(text) };
    const fromRoot = { ...word, place: places.of(text) };
    const isHere = word.isName || /^\.{1,2}(\/|$)/.test(text) || nodes.some(node => isMeant(node, word, places));
    // All that is shown of a project starts at its root, and is to be understood from everywhere.
    return isHere || !nodes.some(node => isMeant(node, fromRoot, places)) ? word : fromRoot;
  });
  const selects = (node: TargetNode) =>
    (meant.length === 0 || meant.some(word => isMeant(node, word, places))) &&
    (match === undefined || match.matches(name => isCalled(node, name, places))) &&
    (tags.length === 0 || tags.some(tag => node.target.options.tags?.includes(tag) ?? false));
  const unknown = meant.filter(word => !word.isName && !nodes.some(node => isMeant(node, word, places)));
  return { selects, unknown: unknown.map(({ text }) => ({ word: text, near: near(text, names, nodes, places) })) };
}

/** By name alone. */
export function byNames(names: readonly string[]): Selects {
  const wanted = new Set(names);
  return node => namesOf(node).some(name => wanted.has(name));
}

/** Where a target is defined: a place, or null for code without a file. */
export function moduleOf({ target }: TargetNode, places: Places): string | null {
  const { module } = target.family.definition;
  return module?.startsWith("file:") ? places.of(fileURLToPath(module)) : module;
}

/** Its own, and that of all that are made of one parametric target, or are repetitions of one. */
function namesOf({ name, target }: TargetNode): string[] {
  return [name, target.family.definition.name];
}

function isMeant(node: TargetNode, { text, place, isName }: Word, places: Places): boolean {
  if (isName) return namesOf(node).includes(text);
  const module = moduleOf(node, places);
  const colon = text.lastIndexOf(":");
  if (colon > 0 && namesOf(node).includes(text.slice(colon + 1)) && module === place.slice(0, place.lastIndexOf(":"))) {
    return true;
  }
  if (place === "." || module === place || module?.startsWith(`${place}/`)) return true;
  return node.makes.some(({ path, kind }) => path === place || (kind === "dir" && place.startsWith(`${path}/`)));
}

/** In expressions a part of the name, or of the path of the module, is enough. */
export function isCalled(node: TargetNode, name: string, places: Places): boolean {
  const part = name.toLowerCase();
  return node.name.toLowerCase().includes(part) || (moduleOf(node, places)?.toLowerCase().includes(part) ?? false);
}

function near(text: string, names: ReadonlySet<string>, nodes: readonly TargetNode[], places: Places) {
  const paths = nodes.flatMap(node => [moduleOf(node, places) ?? [], node.makes.map(({ path }) => path)].flat());
  return nearest(text, [...names, ...new Set(paths)]);
}

/** Reads an expression; `where` is what messages call it. */
export function readExpression(text: string, where: string): Expression {
  const found = parseExpression(text);
  if (!isMisspelt(found)) return found;
  const { column } = found;
  const problem = `at column ${column}, ${found.problem}\n    ${text.replace(/\s/g, " ")}\n    ${" ".repeat(column - 1)}^`;
  throw new OptionError({
    where,
    problem,
    hint: "Write names, and, or, not and brackets: 'clean and not (slow or part(3))'.",
  });
}
