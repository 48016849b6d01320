import { dirname } from "node:path";
import { Packed, type PackedValue } from "../../codec/packed.ts";
import { unpack } from "../../codec/unpack.ts";
import { BuildFailedError } from "../../errors.ts";
import type { SettledState, TargetState } from "../../events/event.ts";
import type { Admission, Admitted, AdmittedCall } from "../../run/admission.ts";
import type { CallFuture } from "../../run/call.ts";
import { now } from "../../run/clock.ts";
import type { FlowScope } from "../../run/scope.ts";
import type { Definition } from "../../task/definition.ts";
import { isAsMade } from "../accept.ts";
import { type Family, registry } from "../declare/registry.ts";
import type { Facts } from "../facts/facts.ts";
import type { Reason, TargetFacts } from "../freshness/judge.ts";
import type { Returned } from "../freshness/record.ts";
import { sayReasons } from "../freshness/say.ts";
import type { TargetNode } from "../graph/node.ts";
import type { Allowances } from "../graph/problems.ts";
import { cannotReturn, grown, recordable } from "../growth/grow.ts";
import type { Made } from "../work/job.ts";
import { jobOf } from "./jobs.ts";
import { land } from "./landing.ts";
import { Outcomes } from "./outcomes.ts";
import { type Forcing, type Found, skippedFor, survey, verdictOf } from "./survey.ts";

export interface BuildingWishes extends Forcing, Allowances {
  /** Of what targets return: whether it is to be built. */
  readonly selected: (node: TargetNode) => boolean;
  /** After so many failures nothing new begins; Infinity for never. */
  readonly maxFailures: number;
}

/** A build under way: which targets are submitted to the run, whether each is executed, and what comes of it. */
export class Building implements Admission {
  readonly outcomes = new Outcomes();
  private readonly facts: Facts;
  private readonly wishes: BuildingWishes;
  private scope: FlowScope | null = null;
  /** The futures of what was submitted, by node; the nodes of calls. */
  private readonly futures = new Map<number, CallFuture>();
  private readonly nodes = new Map<number, TargetNode>();
  /** Those that were looked at: what a target has returned may need what others have begun. */
  private readonly taken = new Set<number>();
  /** All that are to be built, as far as that is known. */
  private readonly wanted = new Set<number>();
  /** What targets need besides, by what has been returned, and are not known in the run to wait for. */
  private readonly late: [number: number, needs: readonly number[]][] = [];
  /** What was known of a target when it began. */
  private readonly begun = new Map<number, { readonly facts: TargetFacts; readonly reasons: readonly Reason[] }>();
  private readonly explained = new Set<Family>();
  private open = 0;
  private whenQuiet: (() => void) | null = null;
  private failures = 0;

  constructor(facts: Facts, wishes: BuildingWishes) {
    this.facts = facts;
    this.wishes = wishes;
  }

  /** The body of the flow. */
  async conduct(scope: FlowScope, numbers: ReadonlySet<number>): Promise<void> {
    this.scope = scope;
    for (const trouble of this.facts.records.troubles) scope.run.warn(trouble);
    this.begin(numbers);
    while (this.open > 0) {
      await new Promise<void>(resolve => {
        this.whenQuiet = resolve;
      });
    }
    const { errors } = this.outcomes;
    if (errors.length === 0) return;
    const names = errors.map(({ number }) => this.facts.graph.nodes[number]!.name);
    const targets =
      names.length > 10 ? `${names.slice(0, 10).join(", ")} and ${names.length - 10} more` : names.join(", ");
    const count = names.length === 1 ? "1 target" : `${names.length} targets`;
    throw new BuildFailedError(
      errors.map(({ error }) => error),
      { count, targets },
    );
  }

  takes(definition: Definition): boolean {
    return registry.families.get(definition.identity)?.definition === definition;
  }

  admit({ number, sharesDisk }: AdmittedCall): Admitted {
    const node = this.nodes.get(number)!;
    const { name } = node;
    const skipped = skippedFor(node, this.facts, this.outcomes);
    const verdict = skipped ?? verdictOf(node, this.facts, this.wishes);
    const { found, added } = this.expanded(node, verdict);
    const reasons = "reasons" in found ? found.reasons : [];
    if (found.state !== "run") {
      this.settle(node, found);
      this.begin(added);
      const said = found.state === "skipped" ? [found.why] : sayReasons(reasons);
      return { state: found.state as SettledState, name, reasons: said };
    }
    this.tellOfCode(node);
    const { records } = this.facts;
    this.begun.set(number, { facts: "facts" in verdict ? verdict.facts : this.facts.of(node), reasons });
    const run = this.scope!.run.id;
    for (const { path } of node.makes) records.staged(dirname(path), run);
    const job = jobOf(node, this.facts, run, sharesDisk);
    return { inputs: [job], name, reasons: sayReasons(reasons) };
  }

  /** What of its code counts more or less than its author may think; once for all targets of a kind. */
  private tellOfCode({ target: { family } }: TargetNode): void {
    if (this.explained.has(family)) return;
    this.explained.add(family);
    const { loose, unseen } = this.facts.code.of(family);
    const { run } = this.scope!;
    for (const text of loose) run.warn(`The code of ${family.definition.name}: ${text}`);
    for (const text of unseen) {
      run.warn(
        `The code of ${family.definition.name} ${text}, which does not count: give it to the target as an input`,
      );
    }
  }

  landed(number: number, value: unknown, ms: number): void {
    const node = this.nodes.get(number)!;
    const { facts, reasons } = this.begun.get(number)!;
    const made = (value instanceof Packed ? unpack(value as PackedValue) : value) as Made;
    const added = this.grown(node, recordable(made.returned, this.facts.records.places));
    land({ node, made, facts, ms, run: this.scope!.run.id }, this.facts);
    this.outcomes.set(node.number, { state: "completed", reasons, ms });
    this.begin(added);
  }

  /** What of these is under way, or waits, is given up; gives its names. */
  cancel(numbers: Iterable<number>, why: string): readonly string[] {
    const { graph } = this.facts;
    // Those that need others first, or they would have failed for these.
    const order = graph.orderOf(numbers).toReversed();
    const cancelled = order.filter(number => this.futures.get(number)?.cancel(why) === true);
    return cancelled.map(number => graph.nodes[number]!.name).reverse();
  }

  /** Settles what can be told at once, and submits the rest. */
  private begin(numbers: Iterable<number>): void {
    const told = new Told();
    const submitted: number[] = [];
    const open = [...this.facts.graph.orderOf(numbers)];
    for (const number of open) this.wanted.add(number);
    for (const number of open) {
      if (this.taken.has(number)) continue;
      if (this.facts.graph.needs[number]!.some(need => this.wanted.has(need) && !this.taken.has(need))) {
        // It has come to need what was returned since.
        open.push(number);
        continue;
      }
      this.taken.add(number);
      const node = this.facts.graph.nodes[number]!;
      const { found, added } = this.expanded(node, survey(node, this.facts, this.outcomes, this.wishes));
      for (const each of added) this.wanted.add(each);
      if (added.length > 0) open.push(...this.facts.graph.orderOf(added));
      if (found.state === "run" || found.state === "waits") submitted.push(number);
      else {
        this.settle(node, found);
        told.add(node, found);
      }
    }
    told.tell(this.scope!);
    for (const number of submitted) this.submit(this.facts.graph.nodes[number]!);
    for (const [number, needs] of this.late.splice(0)) this.join(number, needs);
  }

  /** What waits already waits for these too. */
  private join(number: number, needs: readonly number[]): void {
    const future = this.futures.get(number);
    if (future === undefined) return;
    for (const need of needs) {
      const other = this.futures.get(need);
      if (other !== undefined) this.scope!.run.intake.join(future, other);
    }
  }

  /** What it returned when it was built is to be built too. If that cannot be any more, it has to run. */
  private expanded(node: TargetNode, found: Found): { readonly found: Found; readonly added: readonly number[] } {
    if (found.state !== "fresh" && found.state !== "persisted") return { found, added: [] };
    const row = this.facts.records.rowOf(node.identity);
    if (row >= 0 && !this.facts.records.table.hasMore(row)) return { found, added: [] };
    try {
      return { found, added: this.grown(node, this.facts.records.get(node.identity)?.returned ?? []) };
    } catch (error) {
      const reasons = [cannotReturn(error as Error)];
      return { found: { state: "run", facts: this.facts.of(node), reasons }, added: [] };
    }
  }

  private grown(node: TargetNode, returned: readonly Returned[]): readonly number[] {
    const { numbers, late } = grown(node, returned, this.facts, this.wishes, number => this.wanted.has(number));
    // A target that is submitted after this knows all that it needs.
    for (const [number, needs] of late) if (this.futures.has(number)) this.late.push([number, needs]);
    return numbers.filter(each => !this.taken.has(each));
  }

  private settle(node: TargetNode, found: Found): void {
    if (found.state === "skipped") {
      this.outcomes.set(node.number, { state: "skipped", reasons: [], skipped: found.why, ms: 0 });
    } else if (found.state === "persisted") {
      const { facts, reasons } = found;
      const known = this.facts.records.get(node.identity);
      this.facts.records.put({
        identity: node.identity,
        name: node.name,
        result: null,
        returned: [],
        ms: 0,
        at: Date.now(),
        ...known,
        run: known !== undefined && isAsMade(facts.makes, known) ? known.run : "",
        code: facts.code,
        reads: facts.reads,
        makes: facts.makes.map(each => ({ ...each, size: this.facts.records.files.at(each.path).size })),
      });
      this.outcomes.set(node.number, { state: "persisted", reasons, ms: 0 });
    } else this.outcomes.set(node.number, { state: "fresh", reasons: [], ms: 0 });
  }

  private submit(node: TargetNode): void {
    const { target, name, number } = node;
    const { inputs, outputs, id, after, skip, skipIf, persist, atomic, ...ofTask } = target.options;
    const needs = this.facts.graph.needs[number]!.flatMap(need => this.futures.get(need) ?? []);
    const options = { ...ofTask, callName: () => name, ...(needs.length > 0 && { after: needs as never }) };
    this.open += 1;
    const future = this.scope!.submit(target.family.definition, options, [], false, call => {
      this.nodes.set(call.number, node);
    }) as unknown as CallFuture;
    this.futures.set(number, future);
    future.observe();
    future.listen(() => this.ended(node, future));
  }

  private ended(node: TargetNode, future: CallFuture): void {
    const { error } = future;
    if (error !== undefined) {
      const state = future.state as TargetState;
      const reasons = this.begun.get(future.number)?.reasons ?? [];
      this.outcomes.set(node.number, { state, reasons, ms: 0, error });
      if (state !== "upstreamFailed" && state !== "cancelled") this.failed();
    }
    this.begun.delete(future.number);
    this.open -= 1;
    if (this.open === 0) this.whenQuiet?.();
  }

  private failed(): void {
    this.failures += 1;
    if (this.failures < this.wishes.maxFailures) return;
    const { run } = this.scope!;
    run.stopScope(this.scope!, this.failures === 1 ? "a target failed" : `${this.failures} targets failed`);
    run.plan();
  }
}

/** Targets that ended without being submitted, to be told of together. */
class Told {
  private readonly groups = new Map<
    string,
    { readonly nodes: TargetNode[]; readonly reasons: (readonly string[])[] }
  >();

  add(node: TargetNode, found: Found): void {
    const key = `${found.state} ${node.target.family.definition.identity}`;
    let group = this.groups.get(key);
    if (group === undefined) {
      group = { nodes: [], reasons: [] };
      this.groups.set(key, group);
    }
    group.nodes.push(node);
    if (found.state === "skipped") group.reasons.push([found.why]);
    else if (found.state === "persisted") group.reasons.push(sayReasons(found.reasons));
  }

  tell(scope: FlowScope): void {
    const { admissions, columns } = scope.run;
    for (const [key, { nodes, reasons }] of this.groups) {
      const state = key.slice(0, key.indexOf(" ")) as SettledState;
      const first = admissions!.introduce(nodes[0]!.target.family.definition, nodes.length, scope);
      const calls = nodes.map((_, at) => first + at);
      const names = nodes.map(({ name }) => name);
      columns.emit({ type: "settled", at: now(), state, calls, names, ...(reasons.length > 0 && { reasons }) });
    }
  }
}
