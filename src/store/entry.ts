import type { Digest } from "../codec/digest.ts";
import type { PackedTag, PackedValue } from "../codec/packed.ts";
import type { Children } from "./children.ts";

/**
 * The content address of a call, in three parts with dots between them: 16 digits for the task's identity, 40 for its
 * inputs, 40 for its code and the options that count. So the entries of one task lie side by side, and with them those
 * of other code for the same inputs.
 */
export type CallKey = string;

/** Where a result is kept that is too large for the index: a file named for the digest of its bytes. */
export interface BlobRef {
  readonly tag: PackedTag;
  /** Of the bytes as they were before compression. */
  readonly digest: Digest;
  /** Bytes before compression, and on disk. */
  readonly size: number;
  readonly stored: number;
}

/** A file that a result names with `file(…)`: the entry is valid while the file's bytes have this digest. */
export interface FileFact {
  /** Absolute, or relative to the project's root if it lies inside. */
  readonly path: string;
  readonly digest: Digest;
  readonly size: number;
}

/** The directory of a call (`context().dir`), with what was in it when the call completed. */
export interface DirectoryFact {
  /** Relative to the store's folder, with `/`. */
  readonly path: string;
  /** Paths in it, with `/`, sorted. */
  readonly files: readonly FileFact[];
  /** Where it was made, absolute: as the result can name files in it, it counts in no other place. */
  readonly home?: string;
}

/** A call that a cached flow made: the flow's entry is valid while that of each child is. */
export interface ChildRef {
  readonly identity: string;
  /** Null for a child that is not cached: then its code alone counts. */
  readonly key: CallKey | null;
  /** The third part of its key, or what that would be. */
  readonly code: string;
}

/** What the index knows of a completed call. Never changed once written. */
export interface EntryFacts {
  readonly key: CallKey;
  /** What counts in the keys of calls that take this result; may be null for a primitive, which tells it itself. */
  readonly result: Digest | null;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly children?: readonly ChildRef[];
  readonly files?: readonly FileFact[];
  readonly directory?: DirectoryFact;
  readonly identity: string;
  /** How long the call took, in milliseconds. */
  readonly ms: number;
  readonly run: string;
  /** The call as displays name it, such as `score-12`. */
  readonly call: string;
}

/** The result itself where it is small, else where it is. */
export type KeptValue = { readonly inline: PackedValue } | { readonly blob: BlobRef };

export interface Entry extends EntryFacts {
  readonly value: KeptValue;
}

/** As much of an entry as tells whether it holds. */
export interface Standing {
  readonly createdAt: number;
  readonly files?: readonly FileFact[];
  readonly directory?: DirectoryFact;
  readonly value: KeptValue;
  /** The calls that it made itself, if it is of a flow and was just read. */
  readonly calls?: Children | null;
}

/** As much of an entry as a hit needs. */
export interface Hit extends Standing {
  readonly key: CallKey;
  /** Null where the value tells it: it is here, and no directory counts with it. */
  readonly result: Digest | null;
}

/** What explains a key afterwards: kept beside the entry, read by `heddle why` alone. */
export interface About {
  /** One a parameter, in order: what stands for it in the key. */
  readonly marks: readonly string[];
  /** Names of the parameters where they are known. */
  readonly names: readonly (string | null)[];
  /** One a parameter: for an input that was another call's result that call's display name, else null. */
  readonly sources: readonly (string | null)[];
  /** The futures among the inputs, if they are few, by the numbers of their holes: whose results, and which. */
  readonly awaited?: readonly (readonly [call: string, mark: string])[];
  /** The inputs as they were sent, if they are small: an encoded list, in which futures are holes. */
  readonly inputs?: PackedValue;
}

/** One declaration (or file, or package) of the code that a task reaches. */
export interface CodePart {
  /** Path from the project's root with `/`, or `name@version` of a package. */
  readonly file: string;
  /** Name of the declaration; `(effects)`, `(module)` or `(package)` for what has none. */
  readonly name: string;
  /** First digits of a digest of what it says, comments and formatting aside. */
  readonly digest: string;
}

/** Small facts that can be worked out again, kept between runs. Values are plain data. */
export interface Memo {
  get(key: string): unknown;
  put(key: string, value: unknown): void;
}
