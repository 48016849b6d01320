/** What is to be built, and how: the words of the command line, and behind them the config. */
import path from "node:path";
import type { TargetGraph } from "../../build/graph/graph.ts";
import type { Places } from "../../build/graph/places.ts";
import type { Records } from "../../build/records/records.ts";
import type { Expression } from "../../build/selection/expression.ts";
import { readExpression, type Selects, select } from "../../build/selection/select.ts";
import type { BuildConfig } from "../../config/config.ts";
import { noTargets, nothingChosen, unknownWord } from "./nobody-meant.ts";

/** What chooses targets, for all commands that take some. */
export interface ChoiceFlags {
  /** `-k`. */
  readonly match?: string;
  readonly tag?: readonly string[];
}

export interface Choice {
  /** Names of targets, and paths. */
  readonly words: readonly string[];
  readonly match: Expression | null;
  readonly tags: readonly string[];
}

/** Read before user code is loaded, as a misspelt expression should be told at once. */
export function choiceOf(words: readonly string[], { match, tag }: ChoiceFlags, config: BuildConfig = {}): Choice {
  const expression = match ?? config.match;
  const where = match === undefined ? "heddle.config, build.match" : "-k";
  return {
    words,
    match: expression === undefined ? null : readExpression(expression, where),
    tags: tag ?? config.tags ?? [],
  };
}

/** Decides, when targets are known, which are meant. @throws UsageError for words that mean nothing. */
export function chooser(choice: Choice, forced: readonly string[] = []) {
  const { words, match, tags } = choice;
  return (graph: TargetGraph, records: Records, modules: readonly string[]): Selects => {
    const { nodes, places } = graph;
    if (nodes.length === 0) throw noTargets(places, modules);
    const late = () => [...records.all()].map(({ name }) => name);
    const known = () => [...late(), ...late().map(familyOf)];
    const wanted = { words, tags, ...(match !== null && { match }) };
    const selectedBy = (chosen: typeof wanted) => {
      const first = select(chosen, nodes, [], places, fromHere(places));
      const { selects, unknown } =
        first.unknown.length === 0 ? first : select(chosen, nodes, known(), places, fromHere(places));
      if (unknown[0] !== undefined) throw unknownWord(unknown[0], graph);
      return selects;
    };
    if (forced.length > 0) selectedBy({ words: forced, tags: [] });
    const selects = selectedBy(wanted);
    const isNarrow = match !== null || tags.length > 0;
    if (isNarrow && !nodes.some(selects) && !late().some(name => mayBeMeant(name, choice))) {
      throw nothingChosen(choice, graph);
    }
    return selects;
  };
}

/** Of a target of which no more is known than its name. */
export function mayBeMeant(name: string, { words, match, tags }: Choice): boolean {
  if (tags.length > 0) return false;
  const has = (part: string) => name.toLowerCase().includes(part.toLowerCase());
  const isNamed = words.length === 0 || words.some(word => word === name || word === familyOf(name));
  return isNamed && (match === null || match.matches(has));
}

/** `part` of `part(3)`. */
function familyOf(name: string): string {
  return name.replace(/[([].*$/s, "");
}

/** On the command line, paths start at the folder where the user is. */
function fromHere(places: Places): (word: string) => string {
  return word => places.of(path.resolve(word));
}
