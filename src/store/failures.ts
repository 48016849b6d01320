/** What goes wrong with a store's folder, in words that say what to do. */
import { DamagedEntryError, HeddleError, StoreError } from "../errors.ts";

/** What lies in a folder of the store, and what can be done where that cannot be used. */
export interface Kept {
  readonly name: string;
  /** How to free space, if it has a way of its own. */
  readonly room: string;
  readonly elsewhere: string;
  /** What to do about damage. */
  readonly anew: string;
}

const CACHE: Kept = {
  name: "cache",
  room: ", as with `heddle cache prune --max-size 1GB`",
  elsewhere: "give another folder with -o (`cache.folder` in heddle.config)",
  anew: "Remove it with `heddle cache rm --all`, or delete the folder while nothing uses it: results are then computed again.",
};

/** Errors of LMDB that mean that its file is not as it was written. */
const DAMAGE = new Set([-30797, -30796, -30794, -30793, -30782]);
const FULL = new Set(["ENOSPC", "EDQUOT"]);
const CLOSED = new Set(["EACCES", "EPERM", "EROFS"]);
const NO_FOLDER = new Set(["ENOTDIR", "EEXIST", "EISDIR"]);
/** LMDB gives the number of the system's error as its text. */
const NUMBERS: Readonly<Record<number, string>> = {
  28: "ENOSPC",
  122: "EDQUOT",
  // What LMDB gives where only a part of what it wrote found room.
  5: "ENOSPC",
  13: "EACCES",
  1: "EPERM",
  30: "EROFS",
};

/** The error for whatever a store's folder or its index gave. */
export function storeError(folder: string, error: unknown, kept: Kept = CACHE): Error {
  if (error instanceof HeddleError || error instanceof TypeError) return error;
  const { code, message, path } = detailsOf(error);
  if (DAMAGE.has(Number(code))) return damagedIndex(folder, message, error, kept);
  const name = NUMBERS[Number(code)] ?? String(code);
  const [problem, hint] = wordsFor(name, path, message, kept);
  return new StoreError({ kept: kept.name, folder, problem, hint }, { cause: error });
}

function wordsFor(
  code: string,
  path: string | undefined,
  message: string,
  { room, elsewhere }: Kept,
): [problem: string, hint: string] {
  if (FULL.has(code)) {
    return ["the disk is full", `Free some space${room}, or ${elsewhere}.`];
  }
  if (CLOSED.has(code)) {
    return [`${path ?? "it"} cannot be written`, `Make it writable for this user, or ${elsewhere}.`];
  }
  if (NO_FOLDER.has(code)) {
    return [`${path ?? "a part of its path"} is not a folder`, `Move the file away, or ${elsewhere}.`];
  }
  return [message, `See to what the message says, or ${elsewhere}.`];
}

export function damagedIndex(folder: string, how: string, cause?: unknown, kept: Kept = CACHE): HeddleError {
  const problem = `its index is damaged (${how})`;
  return new StoreError({ kept: kept.name, folder, problem, hint: kept.anew }, { cause });
}

export function foreignFolder(folder: string, found: string): HeddleError {
  return new StoreError({
    kept: CACHE.name,
    folder,
    problem: `there is something else in it (${found})`,
    hint: `Move that away, or ${CACHE.elsewhere}.`,
  });
}

export function closedStore(folder: string): HeddleError {
  return new StoreError({
    kept: CACHE.name,
    folder,
    problem: "it was closed",
    hint: "Open it again with Store.open(folder).",
  });
}

export function damaged(key: string, problem: string, cause?: unknown): DamagedEntryError {
  return new DamagedEntryError({ key, problem }, { cause });
}

function detailsOf(error: unknown): { code: unknown; message: string; path: string | undefined } {
  if (!(error instanceof Error)) return { code: undefined, message: String(error), path: undefined };
  const { code, path } = error as { code?: unknown; path?: unknown };
  return { code, message: error.message, path: typeof path === "string" ? path : undefined };
}
