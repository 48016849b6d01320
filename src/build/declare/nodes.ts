/** What stands in the inputs and outputs of targets for something that is known later: files, and results. */
import { fileURLToPath } from "node:url";
import { oneClass } from "../../codec/one-class.ts";
import { shown } from "../../config/shown.ts";
import { OptionError } from "../../errors.ts";
import { matcherOf } from "../graph/glob.ts";

declare const RESULT: unique symbol;

/** A file: an input counts by its bytes, an output is made by its target. Bodies get its absolute path. */
class FileAt {
  readonly kind = "file" as const;
  /** As it was written: relative to the project's root, or absolute. */
  readonly path: string;
  /** The target whose output it is. */
  maker: object | null = null;

  constructor(path: string) {
    this.path = path;
  }
}

/** The files that match patterns; a body gets their absolute paths, sorted. */
class FilesLike {
  readonly kind = "files" as const;
  readonly patterns: readonly string[];

  constructor(patterns: readonly string[]) {
    this.patterns = patterns;
  }
}

/** A folder with all that is in it; a body gets its absolute path. */
class Folder {
  readonly kind = "dir" as const;
  readonly path: string;
  maker: object | null = null;

  constructor(path: string) {
    this.path = path;
  }

  /** The files in it, known when it has been made: as an input, their absolute paths, sorted. */
  get files(): FolderNode {
    return new FolderNode(this.path, this.maker);
  }
}

/** The files in a folder. */
class FolderFiles {
  readonly kind = "dirFiles" as const;
  readonly path: string;
  readonly maker: object | null;

  constructor(path: string, maker: object | null) {
    this.path = path;
    this.maker = maker;
  }
}

/** What another target returned. */
class ResultOf<out R> {
  declare readonly [RESULT]: R;
  readonly kind = "result" as const;
  /** The target: its class is not known here. */
  readonly of: object;

  constructor(of: object) {
    this.of = of;
  }
}

export const FileNode = oneClass("FileNode", FileAt);
export type FileNode = FileAt;
export const FilesNode = oneClass("FilesNode", FilesLike);
export type FilesNode = FilesLike;
export const DirNode = oneClass("DirNode", Folder);
export type DirNode = Folder;
export const FolderNode = oneClass("FolderNode", FolderFiles);
export type FolderNode = FolderFiles;
export const ResultNode = oneClass("ResultNode", ResultOf);
export type ResultNode<R = unknown> = ResultOf<R>;

export type Node = FileNode | FilesNode | DirNode | FolderNode | ResultNode;

export function isNode(value: unknown): value is Node {
  return (
    value instanceof FileNode ||
    value instanceof DirNode ||
    value instanceof FilesNode ||
    value instanceof FolderNode ||
    value instanceof ResultNode
  );
}

/**
 * A file that a target reads or makes.
 *
 * @param path Relative to the project's root; a URL is taken as it is.
 * @throws OptionError for what is no path.
 * @example
 * const raw = file("data/raw.csv");
 * const beside = file(new URL("./raw.csv", import.meta.url));
 */
export function file(path: string | URL): FileNode {
  return new FileNode(pathOf(path, "file(…)"));
}

/**
 * The files that match some patterns: `*` and `?` within a name, `**` for any folders, `{a,b}` and `[abc]`. Names that
 * begin with a dot are matched only by patterns that say so.
 *
 * @throws OptionError for what is no pattern.
 * @example
 * const tables = files("data/*.csv");
 */
export function files(...patterns: readonly (string | URL)[]): FilesNode {
  if (patterns.length === 0) {
    throw new OptionError({ where: "files(…)", problem: "there is no pattern", hint: 'Write files("data/*.csv").' });
  }
  return new FilesNode(patterns.map(patternOf));
}

/**
 * A folder that a target makes, or reads as a whole. As an output it is known after the run what is in it: others take
 * its path, or the paths of its files with `.files`.
 *
 * @throws OptionError for what is no path.
 * @example
 * const parts = dir("bld/parts");
 */
export function dir(path: string | URL): DirNode {
  return new DirNode(pathOf(path, "dir(…)"));
}

function patternOf(given: string | URL): string {
  const pattern = pathOf(given, "files(…)");
  try {
    matcherOf(pattern);
  } catch (cause) {
    const hint = "Write [abc] or [a-z] for one of some letters, and [[] for the bracket itself.";
    throw new OptionError({ where: "files(…)", problem: `${shown(pattern)} is no pattern`, hint }, { cause });
  }
  return pattern;
}

function pathOf(path: unknown, where: string): string {
  if (path instanceof URL) {
    if (path.protocol === "file:") return fileURLToPath(path);
    throw new OptionError({
      where,
      problem: `${path.href} is no file: URL`,
      hint: "Fetch it in a target, and give the path of a local file.",
    });
  }
  if (typeof path === "string" && path !== "" && !path.includes("\0")) return path;
  throw new OptionError({
    where,
    problem: `${shown(path)} is no path`,
    hint: "Give a path from the project's root, or a URL such as new URL(…, import.meta.url).",
  });
}
