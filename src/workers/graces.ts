import { afterHearing } from "./after-hearing.ts";
import type { Member } from "./member.ts";

/** How long a cancelled call may take to obey, in milliseconds. */
const GRACE = 200;

/** The time that cancelled calls have left to obey. */
export class Graces {
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #retire: (member: Member) => void;

  /** `retire` gives up a worker with a call that does not obey. */
  constructor(retire: (member: Member) => void) {
    this.#retire = retire;
  }

  begin(cancelled: readonly (readonly [Member, number])[]): void {
    if (cancelled.length === 0) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      afterHearing(() => {
        for (const [member, seq] of cancelled) {
          if (member.entryOf(seq) !== undefined) this.#retire(member);
        }
      });
    }, GRACE);
    this.#timers.add(timer);
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }
}
