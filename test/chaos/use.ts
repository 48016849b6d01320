/** How much of each label was in use, as the tasks' own log tells. */
import type { Line } from "./log.ts";
import type { Limit } from "./round.ts";

/** The label that every attempt has which takes a slot. */
const SLOT = "slot";

/** What is in use of one thing: of a label in the whole run, or of what one attempt lends. */
interface Account {
  readonly most: number;
  used: number;
}

/** One attempt, and what it is counted on. */
interface Attempt {
  readonly id: string;
  readonly amounts: Readonly<Record<string, number>>;
  readonly hold: readonly string[];
  readonly charged: Map<string, Account>;
}

/**
 * Where a limit was exceeded in a run, in words. An attempt counts from its first line to its last, so what was killed
 * counts for too short a time at worst.
 */
export function excesses(lines: readonly Line[], limits: Readonly<Record<string, Limit>>, slots: number): string[] {
  const use = new Use(limits, slots);
  const last = new Map(lines.map((line, at) => [line.who, at]));
  for (const [at, line] of lines.entries()) use.take(line, last.get(line.who) === at);
  return use.found;
}

class Use {
  readonly found: string[] = [];
  readonly #whole = new Map<string, Account>();
  readonly #attempts = new Map<string, Attempt>();
  /** By the calls that lend. */
  readonly #lent = new Map<string, Map<string, Account>>();

  constructor(limits: Readonly<Record<string, Limit>>, slots: number) {
    for (const [label, most] of Object.entries({ ...limits, [SLOT]: slots })) {
      if (typeof most === "number") this.#whole.set(label, { most, used: 0 });
    }
  }

  take(line: Line, isLast: boolean): void {
    if (line.turn === "start") this.#attempts.set(line.who, attemptOf(line));
    const attempt = this.#attempts.get(line.who)!;
    if (line.turn === "start" || line.turn === "resume") this.#charge(attempt);
    else if (line.turn === "pause") this.#pause(attempt);
    if (line.turn === "resume" || line.turn === "released" || isLast) this.#lent.delete(attempt.id);
    if (isLast || line.turn === "stops") this.#free(attempt, []);
  }

  #pause(attempt: Attempt): void {
    this.#free(attempt, attempt.hold);
    const held = attempt.hold.map(label => [label, { most: attempt.amounts[label]!, used: 0 }] as const);
    this.#lent.set(attempt.id, new Map(held));
  }

  #charge(attempt: Attempt): void {
    const { id, amounts, charged } = attempt;
    for (const [label, amount] of Object.entries(amounts)) {
      const account = this.#accountOf(id, label);
      if (account === undefined || charged.has(label)) continue;
      charged.set(label, account);
      account.used += amount;
      const { used, most } = account;
      if (used > most) this.found.push(`${used} of ${label} in use when ${id} runs, where ${most} are allowed`);
    }
  }

  #free({ amounts, charged }: Attempt, hold: readonly string[]): void {
    for (const [label, account] of charged) {
      if (hold.includes(label)) continue;
      account.used -= amounts[label]!;
      charged.delete(label);
    }
  }

  #accountOf(id: string, label: string): Account | undefined {
    for (let dot = id.lastIndexOf("."); dot > 0; dot = id.lastIndexOf(".", dot - 1)) {
      const account = this.#lent.get(id.slice(0, dot))?.get(label);
      if (account !== undefined) return account;
    }
    return this.#whole.get(label);
  }
}

function attemptOf({ id, labels = {}, hold = [], direct = false }: Line): Attempt {
  return { id, hold, amounts: { ...labels, ...(direct ? {} : { [SLOT]: 1 }) }, charged: new Map() };
}
