/**
 * What all copies of heddle in one process share, however often its modules were loaded (two installed copies, sources
 * beside a build): which tasks exist, whether this process only loads modules, and the call or flow that is running.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { RunningCall } from "./context.ts";
import type { Definition } from "./definition.ts";
import type { Scope } from "./port.ts";

/** What surrounds a piece of running code: the flow it belongs to, or the call it is the body of. */
export interface Ambient {
  readonly scope?: Scope;
  readonly call?: RunningCall;
  /** The flow as the call that it is. */
  readonly flow?: RunningCall;
}

/** A heddle call that was made outside every flow in a process that only loads modules. */
export interface Parked {
  /** As the user wrote it, such as `report(…)`. */
  readonly call: string;
  /** File and line. */
  readonly where: string;
  /** URL of the module in which it stands; null if unknown. */
  readonly module: string | null;
}

export interface Shared {
  readonly ambient: AsyncLocalStorage<Ambient>;
  readonly definitions: Map<string, Definition>;
  /** "loading" in workers and under the command line: calls outside a flow park. */
  mode: "script" | "loading";
  readonly parked: Parked[];
  /** Told of each parked call. */
  onPark: ((parked: Parked) => void) | null;
}

const KEY = Symbol.for("heddle.shared.1");

function make(): Shared {
  return { ambient: new AsyncLocalStorage(), definitions: new Map(), mode: "script", parked: [], onPark: null };
}

const holder = globalThis as { [KEY]?: Shared };
holder[KEY] ??= make();
export const shared: Shared = holder[KEY];
