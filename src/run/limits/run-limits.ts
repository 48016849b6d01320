import { type CheckedLimit, checkLimits, type LimitsConfig } from "../../config/limits.ts";
import { AmountError, OptionError } from "../../errors.ts";
import type { AnyOptions, Definition } from "../../task/definition.ts";
import { labelsOf } from "../../task/labels.ts";
import { now } from "../clock.ts";
import type { Run } from "../run.ts";
import type { Scheduler } from "../scheduler.ts";
import type { Need } from "./allowance.ts";
import { DoubtfulLabels } from "./doubtful.ts";
import { Gauge } from "./gauge.ts";
import { SharedLimits } from "./shared-limits.ts";

/** The limits of one run, and what its calls need of them. */
export class RunLimits {
  /** By label. */
  readonly all: ReadonlyMap<string, CheckedLimit>;
  private readonly scheduler: Scheduler;
  private readonly names: string[] = [];
  private readonly demands = new Map<string, number>();
  private readonly numbers = new Map<string, number>();
  readonly doubtful: DoubtfulLabels;
  private readonly gauge: Gauge;
  /** Time counts, as rates are among the limits. */
  readonly timed: boolean;
  /** Null if there are none that runs keep together. */
  readonly shared: SharedLimits | null;

  /** `own` are those of the flow that is run: behind those of the run itself, and before those of every run. */
  constructor(run: Run, own: LimitsConfig = {}) {
    const { scheduler } = run;
    this.scheduler = scheduler;
    const { limits = {}, defaultLimits = {} } = run.settings;
    const all = new Map(checkLimits(defaultLimits, "heddle.config, limits"));
    const said = new Map<string, string>();
    for (const [where, given] of [["the flow's limits", own] as const, ["limits", limits] as const]) {
      for (const [label, limit] of checkLimits(given, where)) {
        all.set(label, limit);
        said.set(label, where);
      }
    }
    this.all = all;
    this.doubtful = new DoubtfulLabels("limit on", all.keys(), said);
    const usage = () => scheduler.labels.usage(now());
    this.gauge = new Gauge(run.columns, usage, label => this.nameOf(label));
    this.timed = [...all.values()].some(({ rate }) => rate !== undefined);
    const together = [...all].filter(([, { shared }]) => shared === true);
    const amounts = new Map(together.map(([label, { amount }]) => [label, amount!]));
    this.shared = amounts.size === 0 ? null : new SharedLimits(run, amounts);
    for (const [label, { amount, rate, per, shared = false }] of all) {
      const number = this.numberOf(label);
      scheduler.limit(number, {
        ...(amount !== undefined && { amount }),
        ...(rate !== undefined && { rate, per: per! }),
        ...(shared && { shared }),
      });
    }
  }

  /** Calls have started, ended, or begun to wait. */
  changed(): void {
    if (this.all.size > 0) this.gauge.look();
  }

  /** What has not been told yet of their use. */
  tellUse(): void {
    if (this.all.size > 0) this.gauge.tell();
  }

  nameOf(label: number): string {
    return this.names[label]!;
  }

  numberOf(label: string): number {
    let number = this.numbers.get(label);
    if (number === undefined) {
      number = this.names.push(label) - 1;
      this.numbers.set(label, number);
    }
    return number;
  }

  /**
   * The number of what the calls of a task need that is limited. `within` is the call that submits them, -1 for none.
   *
   * @throws AmountError for more than there is; OptionError for a label that is held and not had.
   */
  demandOf(definition: Definition, options: AnyOptions, within: number): number {
    if (definition.kind === "flow" || (this.all.size === 0 && options.hold === undefined)) return 0;
    const labels = labelsOf(definition, options);
    for (const label of options.hold ?? []) {
      if (labels.has(label)) continue;
      throw new OptionError({
        where: `task "${definition.name}", hold`,
        problem: `it does not have the label ${label}`,
        hint: `Its labels are ${[...labels.keys()].join(", ")}.`,
      });
    }
    const needs: Need[] = [];
    for (const [label, amount] of labels) {
      const limit = this.all.get(label);
      if (limit === undefined) continue;
      this.doubtful.needs(label);
      const number = this.numberOf(label);
      const holds = options.hold?.includes(label) === true;
      this.mustSuffice(definition.name, label, amount, limit, this.scheduler.labels.lent(number, within));
      needs.push({ label: number, amount, held: holds && limit.amount !== undefined });
    }
    if (needs.length === 0) return 0;
    const key = JSON.stringify(needs);
    let demand = this.demands.get(key);
    if (demand === undefined) {
      demand = this.scheduler.demand(needs);
      this.demands.set(key, demand);
    }
    return demand;
  }

  private mustSuffice(
    task: string,
    label: string,
    amount: number,
    limit: CheckedLimit,
    lent: number | undefined,
  ): void {
    if (lent !== undefined) {
      if (amount > lent) throw tooMuch(task, label, amount, `${lent} that the call around it holds and lends`);
      return;
    }
    if (limit.amount !== undefined && amount > limit.amount) throw tooMuch(task, label, amount, `${limit.amount}`);
    if (limit.rate !== undefined && amount > limit.rate)
      throw tooMuch(task, label, amount, `${limit.rate} per ${limit.per} ms`);
  }
}

function tooMuch(task: string, label: string, amount: number, there: string): Error {
  return new AmountError({ task, label, amount, there });
}
