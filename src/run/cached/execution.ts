import type { Reason } from "../../cache/reason.ts";
import type { KeyMaker } from "../../cache/results.ts";
import type { ChildRef } from "../../store/entry.ts";
import type { Call } from "../call.ts";

/** One execution of a cached call, and all calls of the run that wait for what comes of it. */
export class Execution {
  readonly key: string;
  readonly maker: KeyMaker;
  /** The call that is executed. */
  call: Call;
  /** Equal calls that take its result; null until there is one. */
  joined: Set<Call> | null = null;
  /** Why its result was not taken from the store; null if there was nothing. */
  readonly reason: Reason | null;
  /** An entry that does not hold any more is in the way of the new one. */
  readonly replaces: boolean;
  /** This process was granted the execution by all that share the store. */
  claimed = false;
  /** The result, while it is on its way into the store. */
  outcome: { readonly raw: unknown } | null = null;
  /** The calls that it made, by key or task; null for a task that has made none. */
  children: Map<string, ChildRef> | null;
  /** Its result is not to be kept. */
  spoilt = false;

  constructor(key: string, maker: KeyMaker, call: Call, reason: Reason | null, replaces: boolean) {
    this.key = key;
    this.maker = maker;
    this.call = call;
    this.reason = reason;
    this.replaces = replaces;
    this.children = maker.definition.kind === "flow" ? new Map() : null;
  }

  /** Its result depends on what it calls, from now on anew. */
  calls(): void {
    this.children = new Map();
  }

  get isFlow(): boolean {
    return this.maker.definition.kind === "flow";
  }

  addChild(child: ChildRef): void {
    const name = child.key ?? child.identity;
    if (!this.children!.has(name)) this.children!.set(name, child);
  }
}
