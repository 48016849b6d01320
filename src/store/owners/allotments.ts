import type { Amounts, Lacking } from "../shares.ts";

/** What a process has to do with shared limits: how much it counts on there being, and what it has of that. */
export interface Stake {
  readonly limits: Amounts;
  readonly held: Amounts;
  /** Nothing of that will come back before it gets more. */
  readonly frozen: boolean;
}

/** What was asked for, by a process that calls it by this number. */
export interface Question {
  readonly member: string;
  readonly number: number;
  readonly amounts: Amounts;
}

interface Queued extends Question {
  /** How often others were given what it needs some of. */
  overtaken: number;
}

interface Member {
  limits: ReadonlyMap<string, number>;
  held: Map<string, number>;
  frozen: boolean;
  /** How many answers it was given that may set it going. */
  answers: number;
}

/** How often a question may be passed by; then what it needs is kept back for it. */
const PATIENCE = 16;

/** Sums of fractions are a trifle off. */
const TRIFLE = 1e-9;
const NONE: ReadonlySet<string> = new Set();

/** Which process has how much of which label, and who asks for more. Questions are met in order, each as a whole. */
export class Allotments {
  readonly #members = new Map<string, Member>();
  #queue: Queued[] = [];

  /** A process says how it stands: that counts, whatever was known of it. */
  enter(id: string, { limits, held, frozen }: Stake): void {
    this.leave(id);
    if (limits.length + held.length === 0) this.#members.delete(id);
    else this.#members.set(id, { limits: new Map(limits), held: new Map(held), frozen, answers: 0 });
  }

  /** `answers`: how many it had heard when it said so. If it has been given more, it will say something else. */
  freeze(id: string, frozen: boolean, answers: number): void {
    const member = this.#of(id);
    if (member.answers === answers) member.frozen = frozen;
  }

  limit(id: string, limits: Amounts): void {
    this.#of(id).limits = new Map(limits);
  }

  ask(question: Question): void {
    this.#queue.push({ ...question, overtaken: 0 });
  }

  drop(id: string, number: number): void {
    this.#queue = this.#queue.filter(({ member, number: other }) => member !== id || number !== other);
  }

  giveBack(id: string, amounts: Amounts): void {
    const { held } = this.#of(id);
    for (const [label, amount] of amounts) {
      const left = (held.get(label) ?? 0) - amount;
      if (left > amount * TRIFLE) held.set(label, left);
      else held.delete(label);
    }
  }

  /** The process does not listen; what it has it keeps. */
  leave(id: string): void {
    this.#queue = this.#queue.filter(({ member }) => member !== id);
  }

  remove(id: string): void {
    this.leave(id);
    this.#members.delete(id);
  }

  /** Gives what can be given now. */
  grant(): Question[] {
    const granted: Question[] = [];
    const passed: Queued[] = [];
    const kept = new Set<string>();
    for (const question of this.#queue) {
      const { member, amounts, overtaken } = question;
      // What is kept back for one may be what those need who have what that one lacks.
      const yields = this.#of(member).frozen ? NONE : kept;
      if (amounts.every(([label, amount]) => !yields.has(label) && this.#hasRoom(label, amount))) {
        this.#give(member, amounts);
        for (const other of passed) if (meet(other, question)) other.overtaken++;
        granted.push(question);
        continue;
      }
      passed.push(question);
      // Who asks for more than there may be has to wait for others to leave, and they may need what it would keep.
      const possible = amounts.every(([label, amount]) => amount <= this.amountOf(label) * (1 + TRIFLE));
      if (overtaken >= PATIENCE && possible) for (const [label] of amounts) kept.add(label);
    }
    this.#queue = passed;
    return granted;
  }

  /**
   * A question that nobody will ever make room for: all who have what it lacks wait, directly or not, for what is had
   * by others that wait likewise. It is taken out. Null if there is none, or it cannot be told yet.
   */
  hopeless(): Question | null {
    const giving = new Set([...this.#members].filter(([, { frozen }]) => !frozen).map(([id]) => id));
    for (let before = -1; before !== giving.size; ) {
      before = giving.size;
      for (const question of this.#queue) if (this.#mayBeMet(question, giving)) giving.add(question.member);
    }
    const found = this.#queue.find(question => !this.#mayBeMet(question, giving) && !giving.has(question.member));
    if (found === undefined) return null;
    this.drop(found.member, found.number);
    this.#setGoing(this.#of(found.member));
    return found;
  }

  #mayBeMet({ amounts }: Question, giving: ReadonlySet<string>): boolean {
    return amounts.every(([label, amount]) => {
      if (this.#hasRoom(label, amount) || amount > this.amountOf(label) * (1 + TRIFLE)) return true;
      return [...giving].some(id => this.#members.get(id)?.held.has(label));
    });
  }

  /** What keeps a question from being met, as far as it is not its turn. */
  lacking(amounts: Amounts): Lacking {
    return amounts
      .filter(([label, amount]) => !this.#hasRoom(label, amount))
      .map(([label]) => [label, this.usedOf(label), this.amountOf(label)]);
  }

  /** The least that a process counts on. */
  amountOf(label: string): number {
    let least = Number.POSITIVE_INFINITY;
    for (const { limits } of this.#members.values()) least = Math.min(least, limits.get(label) ?? least);
    return least;
  }

  usedOf(label: string): number {
    let used = 0;
    for (const { held } of this.#members.values()) used += held.get(label) ?? 0;
    return used;
  }

  stakeOf(id: string): Stake {
    const member = this.#members.get(id);
    return { limits: [...(member?.limits ?? [])], held: [...(member?.held ?? [])], frozen: member?.frozen ?? false };
  }

  has(id: string): boolean {
    return this.#members.has(id);
  }

  /** The stakes of all other processes. */
  others(than: string): Map<string, Stake> {
    const ids = [...this.#members.keys()].filter(id => id !== than);
    return new Map(ids.map(id => [id, this.stakeOf(id)]));
  }

  #hasRoom(label: string, amount: number): boolean {
    return this.usedOf(label) + amount <= this.amountOf(label) * (1 + TRIFLE);
  }

  #give(id: string, amounts: Amounts): void {
    const member = this.#of(id);
    for (const [label, amount] of amounts) member.held.set(label, (member.held.get(label) ?? 0) + amount);
    this.#setGoing(member);
  }

  /** It will say so if it is still frozen. */
  #setGoing(member: Member): void {
    member.answers += 1;
    member.frozen = false;
  }

  #of(id: string): Member {
    let member = this.#members.get(id);
    if (member === undefined) {
      member = { limits: new Map(), held: new Map(), frozen: false, answers: 0 };
      this.#members.set(id, member);
    }
    return member;
  }
}

function meet(one: Question, other: Question): boolean {
  return one.amounts.some(([label]) => other.amounts.some(([also]) => also === label));
}
