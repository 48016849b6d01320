import type { CallKey } from "./entry.ts";
import { Member } from "./owners/member.ts";
import type { Registry } from "./owners/registry.ts";
import type { Shares } from "./shares.ts";

/** True: this process may execute the call. A promise: another does; when it resolves, look again, and claim again. */
export type Claim = true | Promise<void>;

/** Sees to it that equal cached calls are executed once by all processes that share a store on this machine. */
export interface Owners {
  /** How many other live processes share the store now; 0 means that claims are granted at once, synchronously. */
  readonly others: number;
  /** Its part in limits that they keep together. */
  readonly shares: Shares;
  /** Answers at once where no other process is there to ask. */
  claim(keys: readonly CallKey[]): readonly Claim[] | Promise<readonly Claim[]>;
  /** The executions have ended, whatever came of them; results must have been written before. */
  release(keys: readonly CallKey[]): void;
  close(): Promise<void>;
}

/**
 * Joins the processes that share the store in this folder.
 *
 * @param registry is one for all who share the store, such as `lmdbRegistry(env)` of `owners/registry.ts`.
 */
export function openOwners(folder: string, registry: Registry): Promise<Owners> {
  return Member.open(folder, registry);
}
