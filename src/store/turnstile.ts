/**
 * Lets one process at a time through, and is free again at once when that dies. Node offers no such lock on a file, but
 * LMDB has one for who writes: an environment to which nothing is ever written, so that opening it disturbs nobody.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import type { RootDatabase } from "lmdb";

/** The file of the lock, in its folder. */
export const TURNSTILE = "turnstile.mdb";

const OPTIONS = {
  encoding: "binary",
  keyEncoding: "binary",
  noSync: true,
  noSubdir: true,
  eventTurnBatching: false,
} as const;

export class Turnstile {
  readonly #lock: RootDatabase<Buffer, Uint8Array>;
  readonly #nothing: symbol;

  /** @throws Error of LMDB */
  constructor(folder: string) {
    const { ABORT, open } = createRequire(import.meta.url)("lmdb") as typeof import("lmdb");
    this.#lock = open({ ...OPTIONS, path: join(folder, TURNSTILE) });
    this.#nothing = ABORT as unknown as symbol;
  }

  alone<T>(act: () => T): T {
    let value!: T;
    this.#lock.transactionSync(() => {
      value = act();
      return this.#nothing;
    });
    return value;
  }

  close(): Promise<void> {
    return this.#lock.close();
  }
}
