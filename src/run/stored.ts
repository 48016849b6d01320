import type { PackedValue } from "../codec/packed.ts";

/** A value read from the store, and what counts for it in the keys of its consumers. */
export interface Loaded {
  readonly value: PackedValue;
  readonly digest: string;
}

/** A result that may be on disk, and is read when somebody needs the value. */
export abstract class StoredValue {
  /** What counts in the keys of consumers. */
  abstract get digest(): string;
  abstract get isLoaded(): boolean;
  /** The encoded value. */
  abstract get packed(): PackedValue;
  abstract load(): Promise<void>;

  /** The same, for the flow to see. */
  get toDecode(): PackedValue {
    return this.packed;
  }
}

/** One that is in the store, whose digest is known before it is read. */
export class EntryValue extends StoredValue {
  private mark: string;
  private read: (() => Promise<Loaded>) | null;
  private loading: Promise<void> | null = null;
  private value: PackedValue = undefined;

  constructor(digest: string, read: (() => Promise<Loaded>) | null, value?: PackedValue) {
    super();
    this.mark = digest;
    this.read = read;
    this.value = value;
  }

  /** Another one after loading, if the value had to be computed again. */
  get digest(): string {
    return this.mark;
  }

  get isLoaded(): boolean {
    return this.read === null;
  }

  /** Only when it is loaded. */
  get packed(): PackedValue {
    if (this.read !== null) throw new Error("a stored value was asked for before it was loaded");
    return this.value;
  }

  load(): Promise<void> {
    if (this.read === null) return Promise.resolve();
    this.loading ??= this.read().then(({ value, digest }) => {
      this.value = value;
      this.mark = digest;
      this.read = null;
    });
    return this.loading;
  }
}

const NOTHING: readonly StoredValue[] = [];

/** What of the values of some futures is still in the store only. */
export function unloadedIn(futures: readonly { readonly unloaded: readonly StoredValue[] }[]): readonly StoredValue[] {
  return futures.length === 0 ? NOTHING : futures.flatMap(future => future.unloaded);
}

/** Loads all of them; null if nothing is to be loaded. */
export function loadAll(values: readonly StoredValue[]): Promise<unknown> | null {
  return values.length === 0 ? null : Promise.all(values.map(value => value.load()));
}
