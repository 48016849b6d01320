/** The inputs of a call beside those of an earlier one. */
import { Packed } from "../../codec/packed.ts";
import { unpackInputs } from "../../codec/unpack.ts";
import type { About } from "../../store/entry.ts";
import { differingPaths } from "../paths.ts";

export interface InputChange {
  readonly parameter: string;
  /** Where inside it; empty if that cannot be told, or if it is another value altogether. */
  readonly paths: readonly string[];
  /** The call whose result it is. */
  readonly source: string | null;
  /** In how many places it differs, as far as they were counted. */
  readonly size: number;
}

/** Counted of one parameter, and shown. */
const MOST_PATHS = 10;

/** Stands where a future was: its value is not in the call's record. */
class Awaited {
  readonly slot: number;

  constructor(slot: number) {
    this.slot = slot;
  }
}

export class Inputs {
  readonly #about: About;
  /** Null when they were not kept or cannot be read. */
  readonly #values: readonly unknown[] | null;

  constructor(about: About) {
    this.#about = about;
    this.#values = valuesOf(about);
  }

  /** The positions of the parameters that are not as they were. */
  differing({ marks }: About): number[] {
    const found: number[] = [];
    const length = Math.max(marks.length, this.#about.marks.length);
    for (let i = 0; i < length; i += 1) if (marks[i] !== this.#about.marks[i]) found.push(i);
    return found;
  }

  changesSince(past: About): InputChange[] {
    const before = this.#values === null ? null : valuesOf(past);
    return this.differing(past).map(i => {
      const parameter = this.#about.names[i] ?? past.names[i] ?? `input ${i + 1}`;
      const source = this.#about.sources[i] ?? null;
      const paths = this.#values === null || before === null ? [] : pathsBetween(before[i], this.#values[i]);
      return { parameter, source, paths: paths.filter(path => path !== ""), size: Math.max(1, paths.length) };
    });
  }
}

function pathsBetween(before: unknown, now: unknown): string[] {
  const bothAwaited = (a: object, b: object, same: boolean) =>
    a instanceof Awaited || b instanceof Awaited
      ? a instanceof Awaited && b instanceof Awaited && a.slot === b.slot && same
      : undefined;
  const known = differingPaths(before, now, MOST_PATHS, (a, b) => bothAwaited(a, b, true));
  if (known.length > 0) return known;
  // Nothing that is known differs, so what was awaited does.
  return differingPaths(before, now, MOST_PATHS, (a, b) => bothAwaited(a, b, false));
}

function valuesOf({ inputs }: About): readonly unknown[] | null {
  if (!(inputs instanceof Packed)) return null;
  const awaited: Awaited[] = [];
  const slots = new Proxy<Awaited[]>(awaited, {
    get: (known, key) => {
      const slot = typeof key === "string" && /^\d+$/.test(key) ? Number(key) : null;
      if (slot === null) return Reflect.get(known, key);
      known[slot] ??= new Awaited(slot);
      return known[slot];
    },
  });
  try {
    const values = unpackInputs(inputs, slots);
    return Array.isArray(values) ? values : null;
  } catch {
    // Damaged, or of a class whose serializer is not registered here: the marks still tell which parameter it is.
    return null;
  }
}
