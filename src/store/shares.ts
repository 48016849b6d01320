/** Limits that the processes which share a store keep together: so much of a label for all of them. */

/** So much of each of these labels. */
export type Amounts = readonly (readonly [label: string, amount: number])[];

/** Of these labels there is not enough: how much is in use by all processes, and how much there is. */
export type Lacking = readonly (readonly [label: string, used: number, amount: number])[];

/** Who asked, and hears the answer. It may be called before `ask` returns. */
export interface Asker {
  granted(): void;
  /** Not yet; told at most once for an arbiter, and `granted` later. */
  queued(lacking: Lacking): void;
  /** Never, as who has it is frozen likewise; the question is withdrawn. */
  hopeless(): void;
}

/** This process's part in them. What it has comes free when it gives it back, closes, or dies. */
export interface Shares {
  /** As long as this process lives, no more than this is granted to all together. */
  limit(limits: Amounts): void;
  /** Asks for these amounts, all or nothing. Gives what withdraws the question; once granted, that does nothing. */
  ask(amounts: Amounts, asker: Asker): () => void;
  giveBack(amounts: Amounts): void;
  /** Whether nothing of what this process has will come back before it is granted more. */
  frozen(frozen: boolean): void;
}

/** For who cannot come to terms with other processes, and so takes none into account. */
export const ALONE: Shares = {
  limit() {},
  ask(_amounts, asker) {
    asker.granted();
    return () => {};
  },
  giveBack() {},
  frozen() {},
};
