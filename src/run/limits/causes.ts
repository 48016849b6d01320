/** What keeps a call from starting or going on, as the scheduler knows it. Labels are numbers here. */
export type Cause =
  /** A slot; what it lent, which is not back; its turn, as others go first. */
  | { readonly why: "worker" | "loan" | "turn" }
  /** `lent`: by a call around it, rather than the limit itself. */
  | {
      readonly why: "label";
      readonly label: number;
      readonly used: number;
      readonly amount: number;
      readonly lent: boolean;
    }
  /** Of a limit that runs keep together: what all of them use. */
  | { readonly why: "share"; readonly label: number; readonly used: number; readonly amount: number }
  | { readonly why: "rate"; readonly label: number; readonly count: number; readonly per: number };

/** How much of a label is in use, and how many calls wait as there is not enough of it. */
export interface LabelUse {
  readonly label: number;
  readonly used: number;
  readonly limit: number;
  /** Milliseconds, where the limit is how much may start per time. */
  readonly per?: number;
  readonly waiting: number;
  /** The limit is one that runs keep together; `used` is of this run alone. */
  readonly shared?: true;
}
