/** What becomes of calls by what the bridge says of the task of the engine in which they are. */
import type { Attempt } from "../../task/runner.ts";
import type { Batch, Underway } from "./batch.ts";
import type { ClusterSettings } from "./engine.ts";
import { died, givenUp, withoutNode, withoutResource, withoutWorker } from "./failure.ts";
import type { Hearing } from "./hearing.ts";

export interface Fates {
  fail(one: Underway, state: Attempt["state"], error: Error): void;
  /** They are lost through no fault that is known of. */
  lose(those: readonly Underway[], reason: string): void;
  /** It has not begun. `suspect`: it was lost with others, one of which may be the cause. */
  sendAgain(one: Underway, suspect: boolean): void;
}

const NO_OUTCOME = "it gave no outcome";
const UNHEARD = "it ended, and nothing was heard of that";

export class Verdicts {
  readonly #settings: ClusterSettings;
  readonly #hearing: Hearing;
  readonly #fates: Fates;

  constructor(settings: ClusterSettings, hearing: Hearing, fates: Fates) {
    this.#settings = settings;
    this.#hearing = hearing;
    this.#fates = fates;
  }

  say(batch: Batch, operation: string, operands: readonly unknown[]): void {
    const [where, second, third, words, claimed, stopped] = operands as [
      string,
      number,
      never,
      string,
      number,
      boolean,
    ];
    switch (operation) {
      case "said":
        this.#hearing.hear(batch, where, second, third);
        return;
      case "ended":
        this.#hearing.hear(batch, where, second, third);
        this.#end(batch);
        return;
      case "died":
        this.#hearing.workerDied(where, second, third);
        this.#judge(batch, claimed, stopped, task => died(task, third, words));
        return;
      case "no worker":
        this.#unreachable(batch, task => withoutWorker(this.#settings, task, where, third, words));
        return;
      case "no node":
        this.#unreachable(batch, task => withoutNode(this.#settings, task, where, String(second)));
        return;
      case "no resource":
        this.#unreachable(batch, task => withoutResource(this.#settings, task, where, second));
        return;
      case "lost":
        this.#giveUp(batch, where);
        return;
      case "done":
        this.#giveUp(batch, UNHEARD);
        return;
      case "gone":
        this.#fates.lose(batch.from(1), where);
        return;
      case "again":
        this.#anew(batch, true);
        return;
      case "back":
        for (const one of batch.from(third + 1)) this.#fates.sendAgain(one, false);
        return;
      case "stopped":
        this.#anew(batch, false);
    }
  }

  #end(batch: Batch): void {
    for (const one of batch.from(1)) {
      const error = batch.fatal?.error ?? givenUp(this.#settings, displayOf(one), NO_OUTCOME);
      this.#fates.fail(one, "crashed", error);
    }
  }

  /** Its Node worker has died, by itself or as a call was to be stopped and did not obey. */
  #judge(batch: Batch, claimed: number, stopped: boolean, death: (task: string) => Error): void {
    const { fatal, first, at } = batch;
    const seq = fatal !== null && fatal.seq > 0 ? fatal.seq : first + claimed - 1;
    const culprit = stopped ? undefined : batch.open.get(seq);
    if (culprit !== undefined) this.#fates.fail(culprit, "crashed", fatal?.error ?? death(displayOf(culprit)));
    for (const one of batch.from(1)) {
      // An error out of a call that has ended is no fault of those that are there.
      if (one.begun || batch.placeOf(one) <= claimed) this.#fates.lose([one], `its worker ${at} died`);
      else this.#fates.sendAgain(one, culprit === undefined && !stopped);
    }
  }

  #unreachable(batch: Batch, error: (task: string) => Error): void {
    for (const one of batch.from(1)) this.#fates.fail(one, "unreachable", error(displayOf(one)));
  }

  /** The engine has. */
  #giveUp(batch: Batch, text: string): void {
    for (const one of batch.from(1)) {
      const error = givenUp(this.#settings, displayOf(one), text);
      if (one.begun || batch.count === 1) this.#fates.fail(one, "crashed", error);
      else this.#fates.sendAgain(one, true);
    }
  }

  /** Nothing more comes of it. `suspect`: its worker was lost. */
  #anew(batch: Batch, suspect: boolean): void {
    for (const one of batch.from(1)) {
      if (one.begun) this.#fates.lose([one], `its worker ${batch.at} was lost`);
      else this.#fates.sendAgain(one, suspect);
    }
  }
}

function displayOf({ call }: Underway): string {
  return `${call.task.name}-${call.id}`;
}
