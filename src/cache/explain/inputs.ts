/** The inputs of a call beside those of an earlier one. */
import { Packed } from "../../codec/packed.ts";
import { unpackInputs } from "../../codec/unpack.ts";
import type { About } from "../../store/entry.ts";
import { differingPaths } from "../paths.ts";

export interface InputChange {
  readonly parameter: string;
  /** Where inside it; empty if that cannot be told, or if it is another value altogether. */
  readonly paths: readonly string[];
  /** The calls whose results it is, or all of it that differs; none if there is more. */
  readonly sources: readonly string[];
  /** In how many places it differs, as far as they were counted. */
  readonly size: number;
}

/** Counted of one parameter, and shown. */
const MOST_PATHS = 10;

/** Stands where a future was: its value is not in the call's record. */
class Awaited {
  readonly slot: number;
  readonly call: string;
  /** What tells its value from others; null where that was not kept. */
  readonly mark: string | null;

  constructor(slot: number, [call, mark]: readonly [call: string, mark: string | null] = ["", null]) {
    this.slot = slot;
    this.call = call;
    this.mark = mark;
  }

  /** Undefined if it cannot be told. */
  equals({ slot, mark }: Awaited): boolean | undefined {
    if (this.mark !== null && mark !== null) return this.mark === mark;
    return this.slot === slot ? undefined : false;
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
      const { paths, calls } =
        this.#values === null || before === null ? NOWHERE : differenceOf(before[i], this.#values[i]);
      const sources = source === null ? calls : [source];
      return { parameter, sources, paths: paths.filter(path => path !== ""), size: Math.max(1, paths.length) };
    });
  }
}

interface Difference {
  readonly paths: readonly string[];
  /** Whose results they are, if there is nothing else in these paths. */
  readonly calls: readonly string[];
}

const NOWHERE: Difference = { paths: [], calls: [] };

function differenceOf(before: unknown, now: unknown): Difference {
  const known = pathsBetween(before, now, true);
  // If nothing that is known differs, what was awaited does.
  return known.paths.length > 0 ? known : pathsBetween(before, now, false);
}

/** Takes results of which nothing is known for alike, or not. */
function pathsBetween(before: unknown, now: unknown, unknownAlike: boolean): Difference {
  const calls = new Set<string>();
  let changed = 0;
  const paths = differingPaths(before, now, MOST_PATHS, (a, b) => {
    if (!(a instanceof Awaited) && !(b instanceof Awaited)) return undefined;
    const alike = a instanceof Awaited && b instanceof Awaited && (a.equals(b) ?? unknownAlike);
    if (!alike && b instanceof Awaited && b.mark !== null && b.call !== "") {
      calls.add(b.call);
      changed += 1;
    }
    return alike;
  });
  return { paths, calls: changed === paths.length ? [...calls] : [] };
}

function valuesOf({ inputs, awaited: known = [] }: About): readonly unknown[] | null {
  if (!(inputs instanceof Packed)) return null;
  const awaited: Awaited[] = [];
  const slots = new Proxy<Awaited[]>(awaited, {
    get: (made, key) => {
      const slot = typeof key === "string" && /^\d+$/.test(key) ? Number(key) : null;
      if (slot === null) return Reflect.get(made, key);
      made[slot] ??= new Awaited(slot, known[slot]);
      return made[slot];
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
