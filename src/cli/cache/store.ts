/** Finds the store that a command is about, and closes it afterwards. */
import { readdirSync } from "node:fs";
import path from "node:path";
import { type CacheSettings, cacheSettings } from "../../config/cache.ts";
import { findRoot } from "../../config/find.ts";
import { loadConfig } from "../../config/load.ts";
import { UsageError } from "../../errors.ts";
import type { Store } from "../../store/store.ts";
import { importConfig } from "../run/load.ts";

export interface StoreFlags {
  readonly store?: string;
  readonly json?: boolean;
}

/** Where a store is, or would be. */
export interface StorePlace {
  readonly folder: string;
  /** As messages name it. */
  readonly shown: string;
  /** Asked for by `-o`, and not where one is looked for anyway. */
  readonly named: boolean;
  /** Loads the config, if it was not needed before. */
  settings(): Promise<CacheSettings>;
}

/** Does something with the store; with null where nothing was cached yet. */
export async function withStore<R>(
  flags: StoreFlags,
  act: (store: Store | null, place: StorePlace) => R | Promise<R>,
): Promise<R> {
  const place = await locateStore(flags);
  if (!holdsStore(place)) return await act(null, place);
  const { Store } = await import("../../store/store.ts");
  const store = Store.open(place.folder);
  try {
    return await act(store, place);
  } finally {
    await store.close();
  }
}

/** What may lie beside the cache in a store's folder. */
const BESIDE = ["cache", "runs", "shared", "queue"];

/** Whether there is something to open. What cannot be opened is left to the store to say. */
function holdsStore({ folder, shown, named }: StorePlace): boolean {
  const names = namesIn(folder);
  if (names === null) return false;
  if (names.includes("cache")) return namesIn(path.join(folder, "cache"))?.length !== 0;
  if (named && names.length > 0 && !names.some(name => BESIDE.includes(name))) {
    throw new UsageError({
      problem: `${shown} holds no cache, but ${names.slice(0, 3).join(", ")}${names.length > 3 ? " and more" : ""}`,
      hint: "Give the folder that -o of heddle run or cache.folder of the config names.",
    });
  }
  return false;
}

/** Without those that are hidden; null where there is no such folder; what cannot be listed counts as a store. */
function namesIn(folder: string): string[] | null {
  try {
    return readdirSync(folder).filter(name => !name.startsWith("."));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    return ["cache"];
  }
}

export async function locateStore({ store }: StoreFlags): Promise<StorePlace> {
  const root = findRoot(process.cwd());
  let loaded: Promise<CacheSettings> | undefined;
  const settings = () => {
    loaded ??= loadConfig(root, importConfig).then(({ config }) => cacheSettings(config));
    return loaded;
  };
  const folder = store === undefined ? path.resolve(root, (await settings()).folder ?? ".heddle") : path.resolve(store);
  return { folder, shown: shownPath(folder), named: store !== undefined, settings };
}

/** Where `serve` keeps what machines share: beside the store of this project, unless another folder is named. */
export function sharedPlace({ store }: StoreFlags): Pick<StorePlace, "folder" | "shown"> {
  const folder = store === undefined ? path.join(findRoot(process.cwd()), ".heddle/shared") : path.resolve(store);
  return { folder, shown: shownPath(folder) };
}

/** For commands that need an entry. */
export function nothingYet({ shown }: StorePlace): Error {
  return new UsageError({
    problem: `Nothing is cached yet in ${shown}`,
    hint: "Run something with a cache first, or name another store with -o.",
  });
}

function shownPath(folder: string): string {
  const relative = path.relative(process.cwd(), folder);
  return relative === "" ? "." : relative.startsWith("../..") ? folder : relative;
}
