import { nearest } from "../../config/nearest.ts";
import type { Definition } from "../../task/definition.ts";
import { labelsOf } from "../../task/labels.ts";

const SHORTEST = 4;

/**
 * Labels of limits or prefixes that seem misspelt: no task has them, while one of which nothing is said is near. Labels
 * may also be given to single calls, so one that nobody has yet, and that is like none, is told of at the end.
 */
export class DoubtfulLabels {
  private readonly what: "limit on" | "prefix for";
  private readonly named: readonly string[];
  /** Where each was said, of those that were said for this very run. */
  private readonly said: ReadonlyMap<string, string>;
  private readonly needed = new Set<string>();

  constructor(what: "limit on" | "prefix for", named: Iterable<string>, said: ReadonlyMap<string, string>) {
    this.what = what;
    this.named = [...named];
    this.said = said;
  }

  needs(label: string): void {
    this.needed.add(label);
  }

  atStart(definitions: Iterable<Definition>): string[] {
    if (this.named.length === 0) return [];
    const known = new Set<string>();
    for (const each of definitions) {
      if (each.kind === "task") for (const label of labelsOf(each, each.options).keys()) known.add(label);
    }
    const free = [...known].filter(label => !this.named.includes(label));
    return this.named.flatMap(label => {
      const near = known.has(label) ? undefined : nearest(label, free);
      if (near === undefined || !isMisspelt(label, near)) return [];
      this.needs(label);
      return [`There is a ${this.what} "${label}", a label that no task is defined with. Did you mean ${near}?`];
    });
  }

  atEnd(): string[] {
    return [...this.said].flatMap(([label, where]) =>
      this.needed.has(label)
        ? []
        : [`The ${this.what} "${label}" (${where}) counted for nothing: no call had that label.`],
    );
  }
}

/** Short names are near to each other although both are meant: cpu and gpu. */
function isMisspelt(label: string, near: string): boolean {
  return label.length >= SHORTEST || label.toLowerCase() === near.toLowerCase();
}
