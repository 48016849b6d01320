import { nearest } from "../../config/nearest.ts";
import type { Definition } from "../../task/definition.ts";
import { labelsOf } from "../../task/labels.ts";

const SHORTEST = 4;

/**
 * Limits that seem misspelt: on labels that no task has, while one without a limit is near. Labels may also be given to
 * single calls, so one that nobody has yet, and that is like none, is told of at the end.
 */
export class DoubtfulLimits {
  private readonly limited: readonly string[];
  /** Where each was said, of those that were said for this very run. */
  private readonly said: ReadonlyMap<string, string>;
  private readonly needed = new Set<string>();

  constructor(limited: Iterable<string>, said: ReadonlyMap<string, string>) {
    this.limited = [...limited];
    this.said = said;
  }

  needs(label: string): void {
    this.needed.add(label);
  }

  atStart(definitions: Iterable<Definition>): string[] {
    if (this.limited.length === 0) return [];
    const known = new Set<string>();
    for (const each of definitions) {
      if (each.kind === "task") for (const label of labelsOf(each, each.options).keys()) known.add(label);
    }
    const free = [...known].filter(label => !this.limited.includes(label));
    return this.limited.flatMap(label => {
      const near = known.has(label) ? undefined : nearest(label, free);
      if (near === undefined || !isMisspelt(label, near)) return [];
      this.needs(label);
      return [`There is a limit on "${label}", a label that no task is defined with. Did you mean ${near}?`];
    });
  }

  atEnd(): string[] {
    return [...this.said].flatMap(([label, where]) =>
      this.needed.has(label) ? [] : [`The limit on "${label}" (${where}) counted for nothing: no call had that label.`],
    );
  }
}

/** Short names are near to each other although both are meant: cpu and gpu. */
function isMisspelt(label: string, near: string): boolean {
  return label.length >= SHORTEST || label.toLowerCase() === near.toLowerCase();
}
