/** Files by content: what `file(…)` makes of a path. */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { shown } from "../config/shown.ts";
import { OptionError } from "../errors.ts";
import { oneClass } from "./one-class.ts";

declare const FILE: unique symbol;

/** The absolute path of a file that counts by its content. */
export type FilePath = string & { readonly [FILE]: true };

/** SHA-256 and size of a file. */
export interface FileContent {
  readonly digest: string;
  /** In bytes. */
  readonly size: number;
}

/** A string object, so that until it is handed over it does in most places where its path would. */
class MarkedFile extends String {
  /** Whether there is any in this process: if not, nothing needs to be searched for them. */
  static any = false;
  readonly #content: FileContent | null;

  constructor(path: string, content: FileContent | null = null) {
    super(path);
    this.#content = content;
    MarkedFile.any = true;
  }

  get path(): string {
    return this.valueOf();
  }

  /** What it was when the result that names it was made; null for a file as it is now. */
  get content(): FileContent | null {
    return this.#content;
  }
}

export const FileMark = oneClass("FileMark", MarkedFile);
export type FileMark = MarkedFile;

/**
 * A file that counts by its content. As an input of a call it counts in the cache's key by its bytes, wherever it is;
 * in a result it keeps the result valid only while it is as it was. Where it arrives, at a task or at whoever reads
 * the result, it is its absolute path.
 *
 * @param path Relative paths start at the working directory; a URL must be a `file:` one.
 * @throws OptionError for what is no path.
 * @example
 * const raw = file("data/raw.csv");
 */
export function file(path: string | URL): FilePath {
  return new FileMark(pathOf(path)) as unknown as FilePath;
}

function pathOf(path: unknown): string {
  if (path instanceof FileMark) return path.path;
  if (path instanceof URL) {
    if (path.protocol === "file:") return fileURLToPath(path);
    throw noPath(`${path.href} is no file: URL`, "Fetch it in a task, or give the path of a local file.");
  }
  if (typeof path === "string" && path !== "" && !path.includes("\0")) return resolve(path);
  throw noPath(`${shown(path)} is no path`, "Give the path of a file, or a URL such as new URL(…, import.meta.url).");
}

function noPath(problem: string, hint: string): Error {
  return new OptionError({ where: "file(…)", problem, hint });
}
