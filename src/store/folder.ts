/** What a store's folder looks like: everything that the cache keeps lies in `cache`, so that runs can lie beside it. */
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { StoreVersionError } from "../errors.ts";
import { foreignFolder, storeError } from "./failures.ts";
import { makeFolder } from "./make-folder.ts";
import { assertRoom } from "./room.ts";
import { TURNSTILE } from "./turnstile.ts";

/** Raised when an older heddle could misread what this one writes. */
const FORMAT = 2;
const FORMAT_FILE = "format.json";
const FORMAT_KEY = "heddle-store";
/** What a new index takes, in bytes. */
const NEW_INDEX = 64 * 1024;

export interface Places {
  /** As it was given, made absolute. */
  readonly folder: string;
  readonly cache: string;
  readonly index: string;
  /** Where processes see to it that none opens the index while another writes to it. */
  readonly gate: string;
  readonly blobs: string;
  readonly dirs: string;
  readonly uses: string;
  /** What is not finished yet, or on its way out. */
  readonly tmp: string;
}

export function placesOf(folder: string): Places {
  const cache = join(folder, "cache");
  return {
    folder,
    cache,
    index: join(cache, "index.lmdb"),
    gate: join(cache, "gate"),
    blobs: join(cache, "blobs"),
    dirs: join(cache, "dirs"),
    uses: join(cache, "uses"),
    tmp: join(cache, "tmp"),
  };
}

/**
 * Makes the folder if there is none.
 *
 * @throws StoreVersionError, StoreError
 */
export function prepare(places: Places): void {
  try {
    makeFolder(places.cache);
    const format = readFormat(places);
    if (format !== null && format > FORMAT) {
      throw new StoreVersionError({ folder: places.folder, found: format, known: FORMAT });
    }
    // What an older one kept lies in tables of other names, and is made anew.
    if (format !== FORMAT) create(places);
    // LMDB's binding ends the process where a new file of it finds no room.
    const files = [join(places.index, "data.mdb"), join(places.gate, TURNSTILE)];
    if (!files.every(existsSync)) assertRoom(places.cache, NEW_INDEX);
    for (const folder of [places.gate, places.blobs, places.dirs, places.uses, places.tmp]) {
      makeFolder(folder);
    }
  } catch (error) {
    throw storeError(places.folder, error);
  }
}

/** Null for a folder that is empty, but for what another process that makes it has begun with. */
function readFormat({ folder, cache }: Places): number | null {
  let text: string;
  try {
    text = readFileSync(join(cache, FORMAT_FILE), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    const others = readdirSync(cache).filter(name => !name.startsWith("."));
    if (others.length === 0 || others.includes(FORMAT_FILE)) return null;
    throw foreignFolder(folder, `cache/${others[0]}`);
  }
  const format = formatOf(text);
  if (format === undefined) throw foreignFolder(folder, `cache/${FORMAT_FILE}`);
  return format;
}

function formatOf(text: string): number | undefined {
  try {
    const format = (JSON.parse(text) as { [FORMAT_KEY]?: unknown } | null)?.[FORMAT_KEY];
    return typeof format === "number" ? format : undefined;
  } catch {
    return undefined;
  }
}

function create({ cache }: Places): void {
  const written = join(cache, `.format-${process.pid}-${Math.random().toString(36).slice(2)}`);
  writeFileSync(written, `${JSON.stringify({ [FORMAT_KEY]: FORMAT })}\n`);
  // Only here: what users keep beside the cache is theirs to show or hide.
  writeFileSync(join(cache, ".gitignore"), "*\n");
  renameSync(written, join(cache, FORMAT_FILE));
}
