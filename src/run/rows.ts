import { shown } from "../config/shown.ts";
import { MapLengthError, NothingToMapError } from "../errors.ts";
import type { FutureOf } from "./inputs.ts";
import { END, type Source, sourceOf, WAIT } from "./sources.ts";

const UNSET = Symbol("unset");

/** Zips the sources of a map: one row of inputs a call. */
export class Rows {
  private readonly task: string;
  private readonly sources: readonly Source[];
  private readonly row: unknown[];
  private taken = 0;

  /** @throws NothingToMapError, MapLengthError for what can be told before anything is pulled. */
  constructor(task: string, each: readonly unknown[], futureOf: FutureOf, wake: () => void) {
    this.task = task;
    this.sources = each.map(one => sourceOf(one, futureOf, wake));
    this.row = this.sources.map(() => UNSET);
    if (this.sources.every(source => source.constant)) {
      throw new NothingToMapError({ task, inputs: each.map(shown).join(", ") || "no inputs at all" });
    }
    const lengths = this.sources.filter(source => !source.constant && source.length !== undefined);
    if (new Set(lengths.map(source => source.length)).size > 1) throw this.lengthError();
  }

  /** How many rows there will have been; undefined while unknown. */
  get length(): number | undefined {
    for (const source of this.sources) if (source.length !== undefined) return source.length;
    return undefined;
  }

  /** The next row, `WAIT` or `END`; throws what a source throws, and MapLengthError when only some have ended. */
  next(): unknown[] | typeof WAIT | typeof END {
    const { row, sources } = this;
    if (sources.length === 1) return this.only(sources[0]!.pull());
    let waits = false;
    for (let i = 0; i < sources.length; i++) {
      if (row[i] !== UNSET) continue;
      const next = sources[i]!.pull();
      if (next === WAIT) waits = true;
      else row[i] = next;
    }
    if (waits) return WAIT;
    let ended = 0;
    for (const one of row) if (one === END) ended++;
    if (ended === 0) {
      const taken = row.slice();
      row.fill(UNSET);
      this.taken++;
      return taken;
    }
    if (ended < sources.filter(source => !source.constant).length) throw this.lengthError();
    return END;
  }

  private only(input: unknown): unknown[] | typeof WAIT | typeof END {
    if (input === WAIT || input === END) return input;
    this.taken++;
    return [input];
  }

  stop(): void {
    for (const source of this.sources) source.stop();
  }

  private lengthError(): Error {
    const lengths = this.sources.flatMap((source, at) => {
      if (source.constant) return [];
      const ended = this.row[at] === END;
      return [source.length ?? (ended ? this.taken : `more than ${this.taken}`)];
    });
    return new MapLengthError({ task: this.task, lengths: lengths.join(" and ") });
  }
}
