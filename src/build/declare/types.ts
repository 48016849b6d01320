/** The types that users of `heddle/build` meet. */
import type { Atom, TaskOptions } from "../../task/types.ts";
import type { DirNode, FileNode, FilesNode, FolderNode, ResultNode } from "./nodes.ts";

/** What a target may name as outputs: files and folders, in any structure of arrays and plain objects. */
export type Output = FileNode | DirNode | readonly Output[] | { readonly [name: string]: Output };
export type Outputs = { readonly [name: string]: Output };
export type InputsOf = { readonly [name: string]: unknown };
/** What tells targets of a parametric target apart. */
export type Parameter = string | number | boolean | null | undefined;

/** What a body gets for an input. */
export type Given<T> = T extends FileNode | DirNode
  ? string
  : T extends FilesNode | FolderNode
    ? string[]
    : T extends ResultNode<infer R>
      ? R
      : T extends (...a: never[]) => unknown
        ? never
        : T extends Atom | ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>
          ? T
          : T extends object
            ? { [K in keyof T]: Given<T[K]> }
            : T;

/** What a body gets for its outputs: the paths to write to. */
export type Paths<O> = O extends FileNode | DirNode ? string : { readonly [K in keyof O]: Paths<O[K]> };
/** The same of what was there before; undefined where nothing was. */
export type Previous<O> = O extends FileNode | DirNode
  ? string | undefined
  : { readonly [K in keyof O]: Previous<O[K]> };

/** What a body gets besides. */
export interface More<O> {
  /** The outputs as an earlier build has left them, to read from; undefined for those that are not there. */
  readonly previous: Previous<O>;
}

export type Body<I, O, R> = (
  this: void,
  inputs: { [K in keyof I]: Given<I[K]> },
  outputs: Paths<O>,
  more: More<O>,
) => R | PromiseLike<R>;

/** The options of tasks that targets have: all but those of the cache, as targets keep their outputs themselves. */
type OfTasks = Omit<TaskOptions, "cache" | "compress" | "callName">;

/** What a target reads and makes, and how it is carried out. */
export interface TargetOptions<I extends InputsOf = InputsOf, O extends Outputs = Outputs> extends OfTasks {
  /** Files count by their bytes, everything else by value. */
  readonly inputs?: I;
  readonly outputs?: O;
  /** Tells repetitions of a target in a loop apart: `target("clean", { id: year, … })` is called `clean[2024]`. */
  readonly id?: string | number;
  /** Order without data: it is built when these have been. */
  readonly after?: readonly Target[] | Target;
  /** Leave it out, and all that depends on it: true, or a reason. */
  readonly skip?: boolean | string;
  /** The same, decided when a build begins: true or a reason to leave it out. */
  readonly skipIf?: () => boolean | string | undefined;
  /** If all its files are there it is taken to be up to date, whatever has changed; default false. */
  readonly persist?: boolean;
  /** False: it writes to the outputs themselves, not to places from which they are published together; default true. */
  readonly atomic?: boolean;
}

/** One target: what makes some files, or a value, from others. */
export interface Target<O extends Outputs = Outputs, R = unknown> {
  /** Such as `clean`, `clean[2024]` or `part(3)`. */
  readonly name: string;
  /** Its outputs, to be the inputs of others. */
  readonly outputs: O;
  /** What it returns, to be an input of others. */
  readonly result: ResultNode<R>;
}

/** A target for each list of parameters: `part(3)` is one. */
export interface ParametricTarget<A extends readonly Parameter[], O extends Outputs, R> {
  (...parameters: A): Target<O, R>;
  /** The name without parameters. */
  readonly targetName: string;
}
