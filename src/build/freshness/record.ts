/** What is known of a target from when it was last built. */
import type { Parameter } from "../declare/types.ts";

/** An input as it was read: by its place, and, of a file, where that lies. */
export interface Reading {
  readonly at: string;
  /** Of a file its place; of values and results null. */
  readonly path: string | null;
  /** The digest of the file, or what stands for the value. */
  readonly mark: string;
}

/** An output as it was made. Of a folder, `digest` is that of the paths and digests of all that is in it. */
export interface Making {
  readonly at: string;
  readonly path: string;
  readonly digest: string;
  /** In bytes. */
  readonly size: number;
}

/** As JSON can hold it: of what it cannot, a number for which. */
export type KeptParameter = Exclude<Parameter, undefined> | { readonly is: number };

/** A target that a target has returned. */
export interface Returned {
  /** The identity of its family, and where that is defined: a module, relative to the project's root. */
  readonly family: string;
  readonly module: string;
  /** What tells it from others of its family, unless that is parametric. */
  readonly member: string;
  readonly parameters: readonly KeptParameter[];
}

/** A value, encoded as it travels between memories. */
export interface KeptResult {
  /** What stands for it where others read it. */
  readonly mark: string;
  readonly tag: "json" | "clone" | "marked";
  /** Text as it is, bytes in base64. */
  readonly data: string;
}

export interface TargetRecord {
  readonly identity: string;
  readonly name: string;
  /** The digest of the code that it could reach. */
  readonly code: string;
  readonly reads: readonly Reading[];
  readonly makes: readonly Making[];
  /** What it returned; null for nothing. */
  readonly result: KeptResult | null;
  readonly returned: readonly Returned[];
  /**
   * How long it ran, in milliseconds; when, since the epoch; in which run. If no run has made its outputs as they are
   * here, as they were edited and accepted, `run` is empty.
   */
  readonly ms: number;
  readonly at: number;
  readonly run: string;
}
