import { CrashedError } from "../errors.ts";
import { type Call, idOf } from "./call.ts";

/** How often a call is run again at no cost, whose workers die while it is there: it may be the cause after all. */
const MOST = 3;

const NOT_RESTARTED = "It did nothing wrong itself. As its task has `restart: false`, it was not run again.";
const TOO_OFTEN = `It was run again ${MOST} times, and each time its worker died: look for what it leaves behind, such as timers.`;

/** Counts how often calls were run again through no fault that is known of. */
export class Restarts {
  private readonly counts = new Map<number, number>();

  /** The error of a call that is not run again at no cost; null if it is. */
  refused(call: Call, reason: string): Error | null {
    const task = idOf(call);
    if (call.spec.options.restart === false) return new CrashedError({ task, cause: reason, hint: NOT_RESTARTED });
    const count = (this.counts.get(call.number) ?? 0) + 1;
    this.counts.set(call.number, count);
    return count > MOST ? new CrashedError({ task, cause: reason, hint: TOO_OFTEN }) : null;
  }
}
