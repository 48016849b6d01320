/** What files hold, and what is wrong with those that cannot be read. */
import { createHash } from "node:crypto";
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { FileError } from "../errors.ts";
import type { FileContent, FileMark } from "./file.ts";
import { Blocked, type Subject, WHAT } from "./uncloneable.ts";

/** The content of a file as it is now; null where there is no file. Throws the system's error if it cannot be read. */
export type DigestFile = (path: string) => FileContent | null;

const digesters: DigestFile[] = [];

/** Has contents told by something that remembers them; gives the function that ends it. The latest one is asked. */
export function useFileDigests(digest: DigestFile): () => void {
  digesters.push(digest);
  return () => {
    const at = digesters.indexOf(digest);
    if (at >= 0) digesters.splice(at, 1);
  };
}

/**
 * What a file holds, as it counts in keys and results.
 *
 * @param at Where the file stands in the value, for the message.
 * @throws Blocked with a FileError for a file that cannot be read.
 */
export function contentOf(file: FileMark, subject: Subject, at: string): FileContent {
  if (file.content !== null) return file.content;
  let content: FileContent | null;
  try {
    content = (digesters.at(-1) ?? digestNow)(file.path);
  } catch (error) {
    throw refused(file, subject, at, error);
  }
  if (content === null) throw refused(file, subject, at, undefined);
  return content;
}

/** @throws Blocked with a FileError if there is no such file. */
export function checkFile(file: FileMark, subject: Subject, at: string): void {
  if (file.content !== null) return;
  let isFile: boolean | undefined;
  try {
    isFile = statSync(file.path, { throwIfNoEntry: false })?.isFile();
  } catch (error) {
    throw refused(file, subject, at, error);
  }
  if (isFile !== true) throw refused(file, subject, at, undefined);
}

function refused(file: FileMark, { task, role }: Subject, at: string, error: unknown): Blocked {
  const [problem, hint] = problemOf(file.path, error);
  const details = { what: WHAT[role], task, path: at, file: file.path, problem, hint };
  const cause = error === undefined ? undefined : { cause: error };
  return new Blocked({ kind: `the file ${file.path}, which ${problem}`, hint }, new FileError(details, cause));
}

function problemOf(path: string, error: unknown): [problem: string, hint: string] {
  if (error !== undefined) return [`cannot be read: ${(error as Error).message}`, "See to it that it can be read."];
  const stat = unlessRefused(() => statSync(path, { throwIfNoEntry: false }));
  if (stat?.isDirectory() === true) {
    return ["is a folder", "Name each of its files, or put what the task makes into context().dir."];
  }
  if (stat !== undefined) return ["is no regular file", "Copy what it gives into a file."];
  return [
    "does not exist",
    "Make it first: if another task does, let that task return file(…), and pass its result on.",
  ];
}

function unlessRefused<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

const CHUNK = 1 << 20;

function digestNow(path: string): FileContent | null {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isFile() !== true) return null;
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(CHUNK);
  const descriptor = openSync(path, "r");
  let size = 0;
  try {
    for (let read = readSync(descriptor, buffer); read > 0; read = readSync(descriptor, buffer)) {
      hash.update(buffer.subarray(0, read));
      size += read;
    }
  } finally {
    closeSync(descriptor);
  }
  return { digest: hash.digest("hex"), size };
}
