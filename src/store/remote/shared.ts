/** A second store, which a team and its CI share: read through, and written through where that is asked for. */
import pLimit from "p-limit";
import type { PackedValue } from "../../codec/packed.ts";
import { OptionError } from "../../errors.ts";
import type { CallKey, EntryFacts } from "../entry.ts";
import { placeAt } from "./address.ts";
import { Circuit } from "./circuit.ts";
import { whyNotShared } from "./document.ts";
import { HttpPlace } from "./http.ts";
import { isKey } from "./names.ts";
import type { About, Place } from "./place.ts";
import { readShared, type SharedEntry } from "./reading.ts";
import { Reports, Trouble } from "./trouble.ts";
import { type FlatValue, flatten } from "./value.ts";
import { writeShared } from "./writing.ts";

export type { SharedEntry };

export interface SharedStore {
  /** The entry and its value, verified; undefined if it is not there. Never rejects: trouble counts as a miss. */
  fetch(key: CallKey): Promise<SharedEntry | undefined>;
  /** Puts it there in the background. Does nothing with what means nothing elsewhere, or if pushing is off. */
  push(facts: EntryFacts, value: PackedValue): void;
  /** What was pushed is there, or has been given up. */
  flush(): Promise<void>;
  /** Flushes; from then on there are neither hits nor pushes. */
  close(): Promise<void>;
}

export interface SharedOptions {
  /** `http://…`, `https://…` or `s3://bucket/prefix`. */
  readonly url: string;
  /** For HTTP. */
  readonly token?: string;
  /** Entries are signed with it, and refused unless they are. */
  readonly secret?: string;
  /** Whether results are written, not only read; default false. */
  readonly push?: boolean;
  /** Is told each kind of trouble once, in a sentence or two. */
  onTrouble(message: string): void;
  /** Milliseconds without an answer after which the server counts as out of reach; default 5,000. */
  readonly patience?: number;
  /** Milliseconds that only grow. */
  now?(): number;
}

const FETCHES = 32;
const PUSHES = 8;
/** Bytes of results that wait for a slow server before further ones are left out. */
const MAX_WAITING = 256 * 1024 ** 2;

/** @throws OptionError for an address or credentials that cannot work. */
export function openShared(options: SharedOptions): SharedStore {
  if (options.secret === "") {
    const hint = "Give one that is hard to guess, or none: with an empty one anybody could sign.";
    throw new OptionError({ where: "shared cache", problem: "its secret is empty", hint });
  }
  const hint = "Give http://…, https://… or s3://bucket/prefix; a token is an option of its own.";
  return new Shared(placeAt(options, "shared cache", hint), options);
}

class Shared implements SharedStore {
  readonly #place: Place;
  readonly #secret: string | undefined;
  readonly #now: () => number;
  readonly #reports: Reports;
  readonly #circuit = new Circuit();
  readonly #fetches = pLimit(FETCHES);
  readonly #pushes = pLimit(PUSHES);
  readonly #pushing = new Set<Promise<void>>();
  #waiting = 0;
  #reads = true;
  #writes: boolean;
  #about: Promise<About> | null = null;
  /** Names of what was found damaged: it is written again although something is there. */
  readonly #damaged = new Set<string>();

  constructor(place: Place, { secret, push, onTrouble, now }: SharedOptions) {
    this.#place = place;
    this.#secret = secret;
    this.#writes = push === true;
    this.#reports = new Reports(place.name, onTrouble);
    this.#now = now ?? (() => performance.now());
  }

  fetch(key: CallKey): Promise<SharedEntry | undefined> {
    if (!this.#reads || !isKey(key)) return Promise.resolve(undefined);
    return this.#fetches(() =>
      this.#reads ? this.#guarded(() => readShared(this.#place, key, this.#secret, this.#damaged)) : undefined,
    );
  }

  push(facts: EntryFacts, value: PackedValue): void {
    if (!this.#writes || whyNotShared(facts) !== undefined) return;
    const flat = flatten(value);
    if (flat === undefined) return;
    const size = flat.data.length;
    if (this.#waiting + size > MAX_WAITING) {
      this.#reports.add("behind", "it takes results slower than they come, so some are not shared.");
      return;
    }
    this.#waiting += size;
    const pushing = this.#pushes(() => (this.#writes ? this.#guarded(() => this.#write(facts, flat)) : undefined)).then(
      () => {
        this.#waiting -= size;
        this.#pushing.delete(pushing);
      },
    );
    this.#pushing.add(pushing);
  }

  async flush(): Promise<void> {
    while (this.#pushing.size > 0) await Promise.all(this.#pushing);
  }

  async close(): Promise<void> {
    this.#reads = false;
    await this.flush();
    this.#writes = false;
  }

  /** Undefined if the cache is left alone for now, or if there was trouble, which is told. */
  async #guarded<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (!this.#circuit.allows(this.#now())) return undefined;
    try {
      const result = await work();
      this.#circuit.succeeded();
      return result;
    } catch (error) {
      this.#heed(error);
      return undefined;
    }
  }

  #heed(error: unknown): void {
    const trouble = error instanceof Trouble ? error : new Trouble("unexpected", String(error));
    if (trouble.kind === "unreachable") this.#circuit.failed(this.#now());
    else this.#circuit.succeeded();
    if (trouble.kind === "readOnly" || trouble.kind === "mustSign") this.#writes = false;
    if (trouble.kind === "denied" && this.#place instanceof HttpPlace) this.#reads = this.#writes = false;
    this.#reports.add(trouble.kind, trouble.message);
  }

  async #write(facts: EntryFacts, value: FlatValue): Promise<void> {
    const about = await this.#rules();
    await writeShared(this.#place, about, facts, value, this.#secret, this.#damaged);
  }

  #rules(): Promise<About> {
    this.#about ??= this.#place.about().catch((error: unknown) => {
      this.#about = null;
      throw error;
    });
    return this.#about;
  }
}
