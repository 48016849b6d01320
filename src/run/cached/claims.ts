import type { Entry, Hit } from "../../store/entry.ts";
import type { Claim } from "../../store/owners.ts";
import type { Execution } from "./execution.ts";
import type { Kept } from "./kept-results.ts";

/** What becomes of an execution once it is clear who executes it. */
export interface Claimant {
  /** True unless all who wanted it have gone. */
  isWanted(execution: Execution): boolean;
  /** This process executes it. */
  mine(execution: Execution): void;
  /** Somebody else has, and here is the result. */
  theirs(execution: Execution, entry: Hit): void;
  failed(execution: Execution, error: unknown): void;
}

/** Asks all processes that share the store who executes what, and other machines for what they have. */
export class Claims {
  private readonly kept: Kept;
  private readonly claimant: Claimant;

  /** Tells that things have happened after the present turn. */
  private readonly plan: () => void;

  constructor(kept: Kept, claimant: Claimant, plan: () => void) {
    this.kept = kept;
    this.claimant = claimant;
    this.plan = plan;
  }

  claim(wanted: readonly Execution[]): void {
    const answer = this.kept.claim(wanted.map(execution => execution.key));
    if (!("then" in answer)) {
      this.take(wanted, answer, this.kept.hasCompany);
      return;
    }
    const { claimant, plan } = this;
    answer.then(
      claims => {
        this.take(wanted, claims, true);
        plan();
      },
      error => {
        for (const each of wanted) claimant.failed(each, error);
      },
    );
  }

  /** `again`: somebody else may have finished it between our look and our claim. */
  private take(wanted: readonly Execution[], claims: readonly Claim[], again: boolean): void {
    for (let at = 0; at < claims.length; at++) {
      const claim = claims[at]!;
      if (claim === true) this.granted(wanted[at]!, again);
      else this.awaitTurn(wanted[at]!, claim);
    }
  }

  private awaitTurn(execution: Execution, turn: Promise<void>): void {
    turn.then(
      () => this.retry(execution),
      error => this.claimant.failed(execution, error),
    );
  }

  private granted(execution: Execution, again: boolean): void {
    execution.claimed = true;
    const { claimant, kept } = this;
    if (!claimant.isWanted(execution)) {
      kept.release(execution);
      return;
    }
    if (again && this.settle(execution)) return;
    const shared = kept.fetchShared(execution);
    if (shared === null) claimant.mine(execution);
    else this.await(execution, shared);
  }

  /** What another machine may have. */
  private await(execution: Execution, shared: Promise<Entry | null>): void {
    const { claimant, kept, plan } = this;
    void shared.then(entry => {
      if (!claimant.isWanted(execution)) kept.release(execution);
      else if (entry === null) claimant.mine(execution);
      else claimant.theirs(execution, entry);
      plan();
    });
  }

  /** Its owner has ended, or died. */
  private retry(execution: Execution): void {
    if (!this.claimant.isWanted(execution)) return;
    if (!this.settle(execution)) this.claim([execution]);
    this.plan();
  }

  private settle(execution: Execution): boolean {
    const { reason, key, maker } = execution;
    if (reason?.why === "forced") return false;
    const { entry } = this.kept.cache.look(key, maker.policy);
    if (entry === null) return false;
    this.claimant.theirs(execution, entry);
    return true;
  }
}
