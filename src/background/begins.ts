import type { EventReader } from "../events/event.ts";
import type { AnyOptions } from "../task/definition.ts";
import type { HookCall } from "../task/types.ts";

/** In milliseconds: a call that says nothing for so long after it has started has begun. */
const LATE = 1_000;

interface Watched {
  readonly begun: () => void;
  timer: NodeJS.Timeout | null;
}

/** Tells when calls of runs elsewhere begin, of which that is asked: what their task needs has been loaded by then. */
export class Begins {
  /** Those with which such calls are submitted. */
  readonly options: AnyOptions;
  readonly #watched = new Map<number, Watched>();

  /** `options`: those of calls that are not asked. */
  constructor(options: AnyOptions) {
    // A run names a call by its task and number.
    const started = ({ id }: HookCall) => this.#started(Number(id.slice(id.lastIndexOf("-") + 1)));
    this.options = { ...options, onStart: started };
  }

  readonly reader: EventReader = events => {
    if (this.#watched.size === 0) return;
    for (const event of events) if (event.type === "progress") this.#tell(event.call);
  };

  watch(call: number, begun: () => void): void {
    this.#watched.set(call, { begun, timer: null });
  }

  /** It has ended. */
  forget(call: number): void {
    const watched = this.#watched.get(call);
    this.#watched.delete(call);
    if (watched?.timer != null) clearTimeout(watched.timer);
  }

  #started(call: number): void {
    const watched = this.#watched.get(call);
    if (watched !== undefined) watched.timer = setTimeout(() => this.#tell(call), LATE).unref();
  }

  #tell(call: number): void {
    const watched = this.#watched.get(call);
    this.forget(call);
    watched?.begun();
  }
}
