import type { RootDatabase } from "lmdb";
import type { Gate } from "../gate.ts";
import { assertRoom } from "../room.ts";

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
const NAME = "owners-2";

/** The registry in a database of its own beside a store's others: half a millisecond a transaction. */
export function lmdbRegistry(env: { readonly root: RootDatabase; readonly gate: Gate }, folder: string): Registry {
  const { root, gate } = env;
  assertRoom(folder, 0);
  const database = gate.within(() => root.openDB<string, string>({ name: NAME, encoding: "string" }));
  const rows: Rows = {
    get: key => database.get(key),
    put: (key, value) => void database.put(key, value),
    remove: key => void database.remove(key),
    keys: () => [...database.getKeys()],
  };
  const transact: Registry["transact"] = change => {
    assertRoom(folder, 0);
    return gate.within(() => database.transactionSync(() => change(rows)));
  };
  return { transact };
}
