/** What is sent to a worker of a target, and what comes back. */
import type { Parameter } from "../declare/types.ts";
import type { Making, Returned } from "../freshness/record.ts";

/** One target to be built. */
export interface Job {
  readonly target: string;
  /** Of the project, absolute. */
  readonly root: string;
  /** What tells it from others of its family. */
  readonly member: string;
  /** The inputs, with nothing where files and the like stand. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** What stands there: paths, and results. */
  readonly fillings: readonly Filling[];
  /** The outputs, with the absolute paths of their real places. */
  readonly outputs: unknown;
  readonly makes: readonly OutputJob[];
  /** What the folder beside each output is called in which it is made, but for the attempt; null: it is made in place. */
  readonly stage: string | null;
  /** Where the disk is another one: all files that are needed. */
  readonly carried: Carriage | null;
}

export interface Filling {
  readonly keys: readonly string[];
  /** A path, or several, and no value that only looks like it. */
  readonly isPath: boolean;
  readonly value: unknown;
}

export interface OutputJob {
  /** As messages name it. */
  readonly place: string;
  readonly kind: "file" | "dir";
  /** Absolute. */
  readonly path: string;
}

/** Files on their way to or from another disk. */
export interface Carriage {
  /** The absolute path, where they come from, of the project. */
  readonly root: string;
  readonly files: readonly CarriedFile[];
}

export interface CarriedFile {
  /** Absolute. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Who may read, write and execute it. */
  readonly mode: number;
}

/** How a target's function ended. */
export interface Made {
  readonly value: unknown;
  /** `module` is a URL, where there is one. */
  readonly returned: readonly (Omit<Returned, "module" | "parameters"> & {
    readonly module: string | null;
    readonly parameters: readonly Parameter[];
  })[];
  /** Where each output was made: `makes[i]` of the job. */
  readonly outputs: readonly MadeOutput[];
  readonly carried: readonly CarriedFile[] | null;
}

export interface MadeOutput extends Pick<Making, "digest" | "size"> {
  /** Absolute: where it lies until it is published. */
  readonly from: string;
  /** Of a folder what is in it, by paths in it, with digests and sizes. */
  readonly files: readonly (readonly [path: string, digest: string, size: number])[] | null;
}
