/** Values that stay in a cluster: who has them, and what they are to its bridge. */
import { Packed, type PackedValue } from "../../codec/packed.ts";

/** Who can bring a value. */
export interface Keeper {
  fetch(ref: number): Promise<PackedValue>;
  release(ref: number): void;
}

interface Reference {
  readonly keeper: Keeper;
  readonly ref: number;
}

const references = new WeakMap<Uint8Array, Reference>();
const dropped = new FinalizationRegistry<Reference>(({ keeper, ref }) => keeper.release(ref));

/** What a worker says in the place of a value that does not go with its reports: nothing that is encoded is empty. */
export const apart = new Packed("clone", new Uint8Array(0));

export function isApart(value: unknown): boolean {
  return value instanceof Packed && value.tag === "clone" && value.data.length === 0;
}

/** Stands for a value in a cluster, which is released when nothing refers to it any more. */
export function elsewhere(keeper: Keeper, ref: number): Packed {
  const mark = new Uint8Array(1);
  const reference = { keeper, ref };
  references.set(mark, reference);
  dropped.register(mark, reference);
  elsewhere.any = true;
  return new Packed("clone", mark);
}

/** Whether there was ever one in this process. */
elsewhere.any = false;

export function isElsewhere(value: unknown): value is Packed {
  return value instanceof Packed && value.tag === "clone" && references.has(value.data as Uint8Array);
}

/** Brings the value here. */
export function fetched(packed: Packed): Promise<PackedValue> {
  const { keeper, ref } = references.get(packed.data as Uint8Array)!;
  return keeper.fetch(ref);
}

/** What the entry of a message refers to, if it is of this keeper. */
export function referenceIn(entry: unknown, keeper: Keeper): number | null {
  const reference = entry instanceof Uint8Array ? references.get(entry) : undefined;
  return reference?.keeper === keeper ? reference.ref : null;
}

/** Whether what is there can be an input of calls on this keeper's cluster as it is. */
export function isKeptBy(packed: Packed, keeper: Keeper | null): boolean {
  return keeper !== null && references.get(packed.data as Uint8Array)?.keeper === keeper;
}
