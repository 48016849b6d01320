import type { Need } from "./limits/allowance.ts";
import type { Lack, Part } from "./limits/asking.ts";
import type { Limit } from "./limits/labels.ts";

/**
 * What the scheduler is told, as data. A journal of these is enough to replay every decision of a run.
 */
export type Fact =
  | {
      readonly fact: "pool";
      readonly pool: number;
      readonly slots: number;
      readonly free: number;
      readonly exempt: boolean;
    }
  | { readonly fact: "limit"; readonly label: number; readonly limit: Limit }
  | { readonly fact: "demand"; readonly needs: readonly Need[] }
  | { readonly fact: "declared"; readonly depth: number }
  | {
      readonly fact: "defined";
      readonly node: number;
      readonly pool: number;
      readonly priority: number;
      readonly inputs: readonly number[];
      readonly demand: number;
      readonly within: number;
    }
  | { readonly fact: "joined"; readonly node: number; readonly input: number }
  | { readonly fact: "started"; readonly node: number; readonly at: number }
  | { readonly fact: "waits"; readonly node: number }
  | { readonly fact: "resumes"; readonly node: number }
  | { readonly fact: "settled"; readonly node: number; readonly state: number }
  | { readonly fact: "freed"; readonly node: number }
  | { readonly fact: "lost"; readonly node: number }
  | { readonly fact: "moved"; readonly node: number; readonly pool: number }
  | { readonly fact: "raised"; readonly node: number; readonly priority: number }
  | { readonly fact: "failedForNow"; readonly node: number; readonly retryAt: number }
  | { readonly fact: "cancelled"; readonly node: number }
  | { readonly fact: "shareGranted"; readonly number: number }
  | { readonly fact: "shareQueued"; readonly number: number; readonly lacking: readonly Lack[] }
  | { readonly fact: "shareHopeless"; readonly number: number }
  | { readonly fact: "pressed"; readonly on: boolean }
  | { readonly fact: "clock"; readonly now: number }
  | { readonly fact: "decide" };

/** What is to be said to the other runs of the store, with which limits are shared. Askings are numbered. */
export type ShareOrder =
  | { readonly share: "ask"; readonly number: number; readonly parts: readonly Part[] }
  /** What was asked for is not wanted any more. */
  | { readonly share: "drop"; readonly number: number }
  | { readonly share: "giveBack"; readonly parts: readonly Part[] }
  /** Whether nothing of what this run has will come back before it gets more. */
  | { readonly share: "frozen"; readonly frozen: boolean };

/** What the scheduler decides; the run carries it out. */
export interface Orders {
  /** Execute this call in that pool. */
  dispatch(node: number, pool: number): void;
  /** Let this call, which waited, go on. */
  resume(node: number): void;
  /** The call needs what others hold that wait for calls which need what is held in turn: it can never start. */
  stuck(node: number): void;
  /** An input failed. `first` is false when the node had ended before. */
  upstreamFailed(node: number, cause: number, first: boolean): void;
  /** The call was cancelled while it was under way: stop it, then tell `freed`. */
  stop(node: number): void;
  share(order: ShareOrder): void;
  /** The number is free for another node from now on. */
  removed(node: number): void;
}
