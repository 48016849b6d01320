import { statfsSync } from "node:fs";
import type { RootDatabase } from "lmdb";

/** The rows of a registry, while no other process can touch them. */
export interface Rows {
  get(key: string): string | undefined;
  put(key: string, value: string): void;
  remove(key: string): void;
  keys(): string[];
}

/** A few rows that all processes which share a store read and write. */
export interface Registry {
  /** Synchronous, and exclusive across processes: all of `change` happens or, if this process is killed, nothing. */
  transact<T>(change: (rows: Rows) => T): T;
}

/** To be changed with the protocol: versions of heddle that speak another one do not see each other. */
const NAME = "owners-1";

/** A change takes some pages, of a disk that others write to as well. In bytes. */
const ROOM = 512 * 1024;

/**
 * The registry in a database of its own beside a store's others: half a millisecond a transaction. Without room on the
 * disk none is begun: LMDB's binding corrupts its memory where the commit of a synchronous one fails.
 */
export function lmdbRegistry(env: RootDatabase, folder: string): Registry {
  const database = env.openDB<string, string>({ name: NAME, encoding: "string" });
  const rows: Rows = {
    get: key => database.get(key),
    put: (key, value) => void database.put(key, value),
    remove: key => void database.remove(key),
    keys: () => [...database.getKeys()],
  };
  const transact: Registry["transact"] = change => {
    const { bavail, bsize } = statfsSync(folder);
    if (bavail * bsize < ROOM) throw Object.assign(new Error("there is no room on the disk"), { code: "ENOSPC" });
    return database.transactionSync(() => change(rows));
  };
  return { transact };
}
