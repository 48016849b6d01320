import { Allotments, type Stake } from "./allotments.ts";
import type { Journal } from "./journal.ts";
import type { ShareReply, ShareRequest } from "./wire.ts";

/** The arbiter's part in shared limits. What others get is in the journal before they hear of it. */
export class ShareDesk {
  readonly #me: string;
  readonly #journal: Journal;
  readonly #allotments = new Allotments();
  /** Asked since the last answers were given. */
  #fresh: { readonly member: string; readonly number: number; readonly amounts: Stake["held"] }[] = [];
  #changed = false;

  constructor(me: string, journal: Journal, inherited: ReadonlyMap<string, Stake>) {
    this.#me = me;
    this.#journal = journal;
    for (const [member, stake] of inherited) {
      if (member !== me) this.#allotments.enter(member, { ...stake, frozen: false });
    }
  }

  /** A process says how it stands, before it asks. */
  enter(member: string, stake: Stake): void {
    const before = this.#allotments.has(member);
    this.#allotments.enter(member, stake);
    // Most processes have nothing to do with shared limits.
    if (before || this.#allotments.has(member)) this.#note(member);
  }

  hear(member: string, request: ShareRequest): void {
    const allotments = this.#allotments;
    if (request[0] === "ask") {
      const question = { member, number: request[1], amounts: request[2] };
      allotments.ask(question);
      this.#fresh.push(question);
      this.#changed = true;
      return;
    }
    if (request[0] === "drop" || request[0] === "frozen") {
      if (request[0] === "drop") allotments.drop(member, request[1]);
      else allotments.freeze(member, request[1], request[2]);
      this.#changed = true;
      return;
    }
    if (request[0] === "limits") allotments.limit(member, request[1]);
    else allotments.giveBack(member, request[1]);
    this.#note(member);
  }

  leave(member: string): void {
    this.#allotments.leave(member);
    this.#changed = true;
  }

  remove(member: string): void {
    if (!this.#allotments.has(member)) return;
    this.#allotments.remove(member);
    this.#note(member);
  }

  /** What is to be said now, and to whom; to others than this process not before the journal has been written. */
  answers(): { readonly member: string; readonly reply: ShareReply }[] {
    if (!this.#changed) return [];
    this.#changed = false;
    const fresh = this.#fresh;
    this.#fresh = [];
    const granted = this.#allotments.grant();
    for (const { member } of granted) this.#note(member);
    this.#changed = false;
    const met = new Set(granted.map(({ member, number }) => `${member} ${number}`));
    const hopeless = this.#allotments.hopeless();
    const lost = hopeless === null ? [] : [{ member: hopeless.member, reply: ["hopeless", hopeless.number] as const }];
    const waiting = fresh.filter(({ member, number }) => !met.has(`${member} ${number}`));
    return [
      ...granted.map(({ member, number, amounts }) => ({ member, reply: ["granted", number, amounts] as const })),
      ...waiting.map(({ member, number, amounts }) => {
        return { member, reply: ["queued", number, this.#allotments.lacking(amounts)] as const };
      }),
      ...lost,
    ];
  }

  /** What a successor has to know. */
  get others(): Map<string, Stake> {
    return this.#allotments.others(this.#me);
  }

  #note(member: string): void {
    this.#changed = true;
    if (member !== this.#me) this.#journal.staked(member, this.#allotments.stakeOf(member));
  }
}
