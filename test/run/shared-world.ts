import { expect } from "vitest";
import { Allotments } from "../../src/store/owners/allotments.ts";
import type { LabelsDriver } from "./labels-driver.ts";

type Message = () => void;

/** Several runs and what stands between them: questions and answers take their time, in order. */
export class SharedWorld {
  readonly allotments = new Allotments();
  readonly runs = new Map<string, LabelsDriver>();
  private readonly limits: ReadonlyMap<number, number>;
  private readonly toArbiter = new Map<string, Message[]>();
  private readonly toRun = new Map<string, Message[]>();
  private readonly dropped = new Set<string>();
  /** How many answers each run has heard that may set it going. */
  private readonly answers = new Map<string, number>();

  /** By label, how much there is for all. */
  constructor(limits: ReadonlyMap<number, number>) {
    this.limits = limits;
  }

  add(name: string, driver: LabelsDriver): void {
    this.runs.set(name, driver);
    this.toArbiter.set(name, []);
    this.toRun.set(name, []);
    const limits = [...this.limits].map(([label, amount]) => [`${label}`, amount] as const);
    this.allotments.enter(name, { limits, held: [], frozen: false });
    for (const [label, amount] of this.limits) driver.limit(label, { amount, shared: true });
  }

  /** Sends what the runs want to say. */
  listen(): void {
    for (const [name, { said }] of this.runs) {
      for (const order of said.splice(0)) {
        if (order.share === "drop") this.dropped.add(`${name} ${order.number}`);
        const answers = this.answers.get(name) ?? 0;
        this.toArbiter.get(name)!.push(() => this.hear(name, order, answers));
      }
    }
  }

  /** Delivers the oldest message of a run, in one direction; false if there is none. */
  deliver(name: string, direction: "out" | "in"): boolean {
    const message = (direction === "out" ? this.toArbiter : this.toRun).get(name)!.shift();
    message?.();
    return message !== undefined;
  }

  /** Everything that is said, until all is silent; false if it was silent already. */
  deliverAll(): boolean {
    let any = false;
    for (let more = true; more; any ||= more) {
      more = false;
      this.listen();
      for (const name of this.runs.keys()) {
        while (this.deliver(name, "out")) more = true;
        while (this.deliver(name, "in")) more = true;
      }
    }
    return any;
  }

  /** The run is no more, from one moment to the next. */
  kill(name: string): void {
    this.runs.delete(name);
    this.toArbiter.set(name, []);
    this.allotments.remove(name);
    this.grant();
  }

  check(): void {
    for (const [label, amount] of this.limits) {
      let used = 0;
      for (const run of this.runs.values()) used += run.used(label);
      expect(used, `label ${label}, of all runs together`).toBeLessThanOrEqual(amount);
      expect(this.allotments.usedOf(`${label}`)).toBeGreaterThanOrEqual(used);
    }
  }

  private heardOne(name: string): void {
    this.listen();
    this.answers.set(name, (this.answers.get(name) ?? 0) + 1);
  }

  private hear(name: string, order: LabelsDriver["said"][number], answers: number): void {
    if (order.share === "drop") this.allotments.drop(name, order.number);
    else if (order.share === "frozen") this.allotments.freeze(name, order.frozen, answers);
    else {
      const amounts = order.parts.map(({ label, amount }) => [`${label}`, amount] as const);
      if (order.share === "giveBack") this.allotments.giveBack(name, amounts);
      else this.allotments.ask({ member: name, number: order.number, amounts });
    }
    this.grant(order.share === "ask" ? { name, number: order.number } : undefined);
  }

  private tellHopeless(): void {
    const hopeless = this.allotments.hopeless();
    if (hopeless === null) return;
    const { member, number } = hopeless;
    this.toRun.get(member)!.push(() => {
      this.heardOne(member);
      this.runs.get(member)?.scheduler.shareHopeless(number);
    });
  }

  private grant(asked?: { readonly name: string; readonly number: number }): void {
    let met = false;
    for (const { member, number, amounts } of this.allotments.grant()) {
      met ||= member === asked?.name && number === asked.number;
      this.toRun.get(member)!.push(() => {
        const run = this.runs.get(member);
        if (run === undefined) return;
        // As the run's side does: what was dropped meanwhile goes back.
        this.heardOne(member);
        if (!this.dropped.has(`${member} ${number}`)) run.scheduler.shareGranted(number);
        else run.said.push({ share: "giveBack", parts: amounts.map(([label, amount]) => ({ label: +label, amount })) });
      });
    }
    this.tellHopeless();
    if (asked === undefined || met) return;
    this.toRun.get(asked.name)!.push(() => {
      this.runs.get(asked.name)?.scheduler.shareQueued(asked.number, []);
    });
  }
}
