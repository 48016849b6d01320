import type { Digest } from "../codec/digest.ts";
import type { CodePart } from "../store/entry.ts";

/** What a task's function is declared to take; `null` names are patterns. */
export interface Parameters {
  readonly names: readonly (string | null)[];
  /** The function has a rest parameter or uses `arguments`: then every argument counts as given. */
  readonly open: boolean;
  /** By position: the value of a default that is a literal (or its negation), in a box. */
  readonly defaults: readonly ({ readonly value: string | number | bigint | boolean | null | undefined } | null)[];
}

/** The code that a task's result can depend on. */
export interface Code {
  readonly digest: Digest;
  /** In the order of evaluation. */
  readonly parts: readonly CodePart[];
  /** What could not be followed, so that a whole module counts; sentences for people. */
  readonly loose: readonly string[];
  /** What counts nowhere although results may depend on it, such as a variable of an enclosing function. */
  readonly unseen: readonly string[];
  readonly parameters: Parameters;
}

/** How much of the code counts. */
export type CodeMode = "closure" | "module" | "none";
