import type { Server } from "node:net";
import type { CallKey } from "../entry.ts";

interface Wait {
  readonly free: Promise<void>;
  readonly resolve: () => void;
}

/** What this process waits for: keys that others hold, and answers. As long as it waits, it is kept alive. */
export class Waits {
  readonly #server: Server;
  readonly #open = new Map<CallKey, Wait>();
  #count = 0;

  constructor(server: Server) {
    this.#server = server;
  }

  get keys(): CallKey[] {
    return [...this.#open.keys()];
  }

  /** Resolves when the key may be free. */
  for(key: CallKey): Promise<void> {
    let wait = this.#open.get(key);
    if (wait === undefined) {
      let resolve = () => {};
      const free = new Promise<void>(done => {
        resolve = done;
      });
      wait = { free, resolve };
      this.#open.set(key, wait);
      this.begin();
    }
    return wait.free;
  }

  free(key: CallKey): void {
    const wait = this.#open.get(key);
    if (wait === undefined) return;
    this.#open.delete(key);
    this.end();
    wait.resolve();
  }

  freeAll(): void {
    for (const key of this.keys) this.free(key);
  }

  /** Something is waited for that is not a key. */
  begin(): void {
    this.#count += 1;
    if (this.#count === 1) this.#server.ref();
  }

  end(): void {
    this.#count -= 1;
    if (this.#count === 0) this.#server.unref();
  }
}
