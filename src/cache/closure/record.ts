import type { Parameters } from "../code.ts";
import type { Reach } from "./references.ts";

/** To be changed whenever the analysis of a file comes out otherwise. */
export const ANALYSIS = 3;

/** What a file says, as far as code closures need it. Plain data, kept by the file's content. */
export interface FileRecord {
  readonly items: readonly Item[];
  readonly tasks: readonly TaskItem[];
  readonly imports: readonly Import[];
  /** By exported name; `default` too. */
  readonly exports: Readonly<Record<string, Export>>;
  /** Modules all of whose exports are passed on. */
  readonly stars: readonly string[];
  /** All modules that are loaded before this one, in order. */
  readonly loads: readonly string[];
  /** Which of them some loaders of TypeScript leave out, as nothing of them is used when the program runs. */
  readonly idle: readonly number[];
  /** What comments say of JSX. */
  readonly jsx: string;
  /** Why the parser refused it; then there is nothing else. */
  readonly error?: string;
}

/** A top-level declaration or statement. */
export interface Item extends Reach {
  readonly hash: string;
  /** The names that it declares in the module. */
  readonly names: readonly string[];
  readonly effect: boolean;
  /** An effect that at most calls tasks and shows what came of it, as far as its text tells. */
  readonly quiet: boolean;
  /** The tasks that are defined in it, by their place. */
  readonly tasks: readonly number[];
}

/** The function of a task. */
export interface TaskItem extends Reach {
  readonly name: string;
  readonly kind: "task" | "flow" | "target";
  readonly hash: string;
  readonly parameters: Parameters;
  /** Why it cannot stand for itself: it is made in a function. */
  readonly inside: boolean;
  /** The variable or statement that it is defined in is the task itself, not something made of it. */
  readonly alone: boolean;
  /** It uses variables of a loop or block at the top level in which it stands. */
  readonly closes: boolean;
}

export interface Import {
  readonly specifier: string;
  readonly local: string;
  /** The name there; `*` for the whole. */
  readonly imported: string;
}

export type Export = { readonly local: string } | { readonly specifier: string; readonly imported: string };
