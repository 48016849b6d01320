import { Packed } from "../../codec/packed.ts";
import { lent } from "../../workers/lent.ts";
import { digestOfResult } from "../cached/keys.ts";
import { StoredValue } from "../stored.ts";

/** What a run knows of a result that it holds. It does not keep the result alive. */
export interface Entry {
  /** The name of the call. */
  readonly call: string;
  readonly size: number;
  readonly held: WeakRef<HeldValue>;
  /** Nobody but its future has its bytes: they are free as soon as that lets go of them. */
  readonly alone: boolean;
  /** It is in memory. */
  live: boolean;
  /** The file that it was written to; it stays, as a result does not change. */
  file: string | null;
  /** It cannot be anywhere else. */
  fixed: boolean;
  /** How many calls that have begun, and not ended for good, read it. */
  readers: number;
}

/** Where results are put that are many, and come back from. */
export interface Shelf {
  fetch(entry: Entry): Promise<Packed>;
  fetchNow(entry: Entry): Packed;
}

/** A result that may be on disk for a while, where a run bounds what it holds in memory. */
export class HeldValue extends StoredValue {
  entry: Entry | null = null;
  private readonly shelf: Shelf;
  private bytes: Packed | null;
  private fetching: Promise<void> | null = null;
  private digested: string | null = null;

  constructor(packed: Packed, shelf: Shelf) {
    super();
    this.bytes = packed;
    this.shelf = shelf;
  }

  get digest(): string {
    this.digested ??= digestOfResult(this.packed);
    return this.digested;
  }

  get isLoaded(): boolean {
    return this.bytes !== null;
  }

  /** Whoever cannot wait reads it at once: it may have been put away since it was loaded. */
  get packed(): Packed {
    this.bytes ??= this.shelf.fetchNow(this.entry!);
    return this.bytes;
  }

  /** Of what was moved, the flow sees the very memory, and may change it: from then on that is the result. */
  override get toDecode(): Packed {
    const { packed } = this;
    if (packed.large?.some(part => part.memory instanceof ArrayBuffer) === true) this.entry!.fixed = true;
    return packed;
  }

  load(): Promise<void> {
    if (this.bytes !== null) return Promise.resolve();
    this.fetching ??= this.shelf.fetch(this.entry!).then(
      packed => {
        this.fetching = null;
        this.bytes ??= packed;
      },
      error => {
        this.fetching = null;
        throw error;
      },
    );
    return this.fetching;
  }

  /** It is on disk. */
  leave(): void {
    if (this.bytes !== null && this.entry!.alone) lent.release(this.bytes);
    this.bytes = null;
  }
}

/** Its bytes in memory that the run can free: not those of arrays that the user shares. */
export function sizeOf({ data, large }: Packed): number {
  let size = typeof data === "string" ? data.length : data.byteLength;
  for (const part of large ?? []) size += part.length;
  return size;
}

/** It can be written and read back as the same: an array in shared memory is one for all who see it. */
export function canLeave(raw: unknown): raw is Packed {
  return raw instanceof Packed && (raw.large === null || raw.large.every(part => !part.viewed));
}
