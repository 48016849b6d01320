/** What can go wrong with a shared cache. Nothing of it ends a run: it is said once, and the calls run. */
export type TroubleKind =
  | "unreachable"
  | "unexpected"
  | "denied"
  | "readOnly"
  | "damaged"
  | "signature"
  | "mustSign"
  | "tooLarge"
  | "behind";

/** Stays inside: its message goes to `onTrouble`. */
export class Trouble extends Error {
  readonly kind: TroubleKind;
  /** The message, without what that means for a cache. */
  readonly problem: string;

  constructor(kind: TroubleKind, problem: string, remedy = "") {
    super(remedy === "" ? problem : `${problem}. ${remedy}`);
    this.kind = kind;
    this.problem = problem;
  }
}

export function readOnly(): Trouble {
  const remedy = "Turn pushing off here, or give a token that may write.";
  return new Trouble("readOnly", "results are read from it but not written to it: it does not let you", remedy);
}

/** Passes on the first message of each kind. */
export class Reports {
  readonly #where: string;
  readonly #tell: (message: string) => void;
  readonly #told = new Set<TroubleKind>();

  constructor(where: string, tell: (message: string) => void) {
    this.#where = where;
    this.#tell = tell;
  }

  add(kind: TroubleKind, message: string): void {
    if (this.#told.has(kind)) return;
    this.#told.add(kind);
    this.#tell(`Shared cache ${this.#where}: ${message}`);
  }
}
