import type { Amounts, Asker, Shares } from "../shares.ts";
import type { Stake } from "./allotments.ts";
import type { Waits } from "./waits.ts";
import type { ShareReply, ShareRequest } from "./wire.ts";

interface Pending {
  readonly amounts: Amounts;
  readonly asker: Asker;
}

/** What this process has of shared limits, and what it asks for. It outlives arbiters, and tells each how it stands. */
export class ShareHolder implements Shares {
  readonly #waits: Waits;
  readonly #say: (request: ShareRequest) => void;
  readonly #pending = new Map<number, Pending>();
  readonly #held = new Map<string, number>();
  #limits: Amounts = [];
  #frozen = false;
  /** How many questions of this process the arbiter has granted, or called hopeless. */
  #answers = 0;
  #count = 0;

  /** `say` reaches the arbiter, or nobody while there is none. */
  constructor(waits: Waits, say: (request: ShareRequest) => void) {
    this.#waits = waits;
    this.#say = say;
  }

  get stake(): Stake {
    return { limits: this.#limits, held: [...this.#held], frozen: this.#frozen };
  }

  limit(limits: Amounts): void {
    this.#limits = limits;
    this.#say(["limits", limits]);
  }

  ask(amounts: Amounts, asker: Asker): () => void {
    this.#count += 1;
    const number = this.#count;
    this.#pending.set(number, { amounts, asker });
    this.#waits.begin();
    this.#say(["ask", number, amounts]);
    return () => {
      if (!this.#pending.delete(number)) return;
      this.#waits.end();
      this.#say(["drop", number]);
    };
  }

  giveBack(amounts: Amounts): void {
    for (const [label, amount] of amounts) {
      const left = (this.#held.get(label) ?? 0) - amount;
      // Sums of fractions may leave a trifle.
      if (left > amount * 1e-9) this.#held.set(label, left);
      else this.#held.delete(label);
    }
    this.#say(["giveBack", amounts]);
  }

  frozen(frozen: boolean): void {
    this.#frozen = frozen;
    this.#say(["frozen", frozen, this.#answers]);
  }

  hear(reply: ShareReply): void {
    const [what, number] = reply;
    const pending = this.#pending.get(number);
    if (what === "queued") {
      pending?.asker.queued(reply[2]);
      return;
    }
    this.#answers += 1;
    if (what === "hopeless") {
      if (!this.#pending.delete(number)) return;
      this.#waits.end();
      pending!.asker.hopeless();
      return;
    }
    if (pending === undefined) {
      // It was dropped while the answer was on its way.
      this.#say(["giveBack", reply[2]]);
      return;
    }
    for (const [label, amount] of pending.amounts) this.#held.set(label, (this.#held.get(label) ?? 0) + amount);
    this.#pending.delete(number);
    this.#waits.end();
    pending.asker.granted();
  }

  /** To an arbiter that knows nothing of it. */
  askAgain(): void {
    this.#answers = 0;
    for (const [number, { amounts }] of this.#pending) this.#say(["ask", number, amounts]);
  }

  close(): void {
    for (const _ of this.#pending) this.#waits.end();
    this.#pending.clear();
  }
}
