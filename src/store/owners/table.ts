import type { CallKey } from "../entry.ts";

/** Which process holds which key, and which wait for it. */
export class Table {
  readonly #holders = new Map<CallKey, string>();
  readonly #waiting = new Map<CallKey, Set<string>>();

  holder(key: CallKey): string | undefined {
    return this.#holders.get(key);
  }

  /** Gives the key to a process if nobody holds it; the holder that there was. */
  take(key: CallKey, member: string): string | undefined {
    const holder = this.#holders.get(key);
    if (holder === undefined) this.#holders.set(key, member);
    return holder;
  }

  /** The process is to be told when the key is free. */
  wait(key: CallKey, member: string): void {
    const members = this.#waiting.get(key);
    if (members === undefined) this.#waiting.set(key, new Set([member]));
    else members.add(member);
  }

  /** Frees the key if this process holds it; who waited for it. */
  release(key: CallKey, member: string): Iterable<string> {
    if (this.#holders.get(key) !== member) return NOBODY;
    this.#holders.delete(key);
    if (this.#waiting.size === 0) return NOBODY;
    const members = this.#waiting.get(key) ?? NOBODY;
    this.#waiting.delete(key);
    return members;
  }

  /** The process waits for nothing any more. */
  leave(member: string): void {
    for (const [key, members] of this.#waiting) {
      if (members.delete(member) && members.size === 0) this.#waiting.delete(key);
    }
  }

  keysOf(member: string): CallKey[] {
    const keys: CallKey[] = [];
    for (const [key, holder] of this.#holders) if (holder === member) keys.push(key);
    return keys;
  }

  /** What all others than this process hold. */
  heldByOthers(than: string): Map<string, CallKey[]> {
    const held = new Map<string, CallKey[]>();
    for (const [key, holder] of this.#holders) {
      if (holder === than) continue;
      const keys = held.get(holder);
      if (keys === undefined) held.set(holder, [key]);
      else keys.push(key);
    }
    return held;
  }
}

const NOBODY: Iterable<string> = [];
