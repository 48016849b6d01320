import type { Reason } from "../../cache/reason.ts";
import type { KeyMaker } from "../../cache/results.ts";
import type { Found } from "../../cache/validity.ts";
import { CANCELLED, COMPLETED, FAILED } from "../../graph/states.ts";
import type { DirectoryFact, Hit } from "../../store/entry.ts";
import { asError } from "../adopted.ts";
import { type Call, idOf } from "../call.ts";
import type { Run } from "../run.ts";
import { loadAll, type StoredValue, unloadedIn } from "../stored.ts";
import { type Claimant, Claims } from "./claims.ts";
import { Execution } from "./execution.ts";
import { Executions } from "./executions.ts";
import type { Kept } from "./kept-results.ts";
import { keyOf } from "./keys.ts";
import { damage, ownOf, resultOf } from "./stored-result.ts";

/**
 * Where calls stand that may not have to be executed, or whose inputs are still in the store. Each leaves by its
 * result, by joining an equal call, or for the runner that it was meant for.
 */
export class Gate implements Claimant {
  readonly kept: Kept;
  private readonly run: Run;
  readonly executions = new Executions();
  private readonly claims: Claims;
  private batch: Call[] = [];
  private readonly held = new Set<Call>();
  /** What was computed in this run although it was there: once is enough. */
  private readonly renewed = new Set<string>();

  constructor(run: Run, kept: Kept) {
    this.run = run;
    this.kept = kept;
    this.claims = new Claims(kept, this, () => run.plan());
  }

  take(call: Call): void {
    this.held.add(call);
    this.batch.push(call);
  }

  holds(call: Call): boolean {
    return this.held.has(call);
  }

  /** What a call that is here waits for, in words. */
  awaitedBy(call: Call): string {
    const first = this.executions.joinedBy(call);
    return first === undefined ? "the store" : `${idOf(first)}, an equal call`;
  }

  /** A call that is here was cancelled; its future has failed already. */
  stop(call: Call): void {
    this.held.delete(call);
    if (call.node >= 0) this.run.scheduler.freed(call.node);
  }

  /** Lets all that have come through, as far as they get. */
  send(): void {
    while (this.batch.length > 0) {
      const calls = this.batch.splice(0);
      const wanted: Execution[] = [];
      for (const call of calls) {
        if (!this.held.has(call)) continue;
        try {
          const execution = this.consider(call);
          if (execution !== null) wanted.push(execution);
        } catch (error) {
          this.refuse(call, error);
        }
      }
      if (wanted.length > 0) this.claims.claim(wanted);
      this.run.plan();
    }
  }

  /** A cached flow makes a call whose own result is not kept: the code alone tells whether it would do the same again. */
  uncached({ spec }: Call, within: Execution): void {
    const code = this.kept.cache.codePart(spec.definition.identity);
    if (code === undefined) within.spoilt = true;
    else within.addChild({ identity: spec.definition.identity, key: null, code });
  }

  /** The execution that a cached flow is, for what it calls. */
  executionOf(call: Call): Execution | undefined {
    return this.executions.of(call);
  }

  /** A call ended badly. Those that joined it share its end, save that of being cancelled. */
  ended(call: Call, state: number, error: Error): void {
    if (this.executions.part(call)) return;
    const execution = this.executions.of(call);
    if (execution === undefined) return;
    if (state === CANCELLED && this.bequeath(execution)) return;
    this.forget(execution);
    for (const each of this.executions.release(execution)) {
      this.held.delete(each);
      this.fail(each, state, error);
    }
    this.run.plan();
  }

  /**
   * A call that was executed has given a value. Gives what its future and those of all that joined it get.
   *
   * @throws UnstorableResultError
   */
  executed(call: Call, raw: unknown, ms: number, directory: DirectoryFact | null): unknown {
    const execution = this.executions.of(call);
    if (execution === undefined) return raw;
    const result = this.kept.pack(call, raw, directory);
    execution.outcome = { raw: result.raw };
    this.executions.finished(execution);
    const keeps = !execution.spoilt && this.run.settings.planner === undefined;
    const written = keeps && this.kept.write(execution, result, ms, this.forget);
    for (const each of this.executions.release(execution)) this.complete(each, result.raw);
    if (!written) this.forget(execution);
    return result.raw;
  }

  isWanted(execution: Execution): boolean {
    return this.executions.isUnderWay(execution);
  }

  /** Hands the call to the runner it was meant for, once its inputs are here. */
  mine(execution: Execution): void {
    const { call } = execution;
    if (!this.held.has(call)) return;
    const stored = unloadedIn(call.inputs!.futures);
    if (stored.length === 0) this.proceed(call);
    else this.proceedLoaded(execution, call, stored);
  }

  private proceedLoaded(execution: Execution, call: Call, stored: readonly StoredValue[]): void {
    const before = stored.map(each => each.digest);
    const { planner } = this.run.settings;
    if (planner !== undefined) planner.reading++;
    const loaded = () => {
      if (planner !== undefined) planner.reading--;
      if (!this.held.has(call)) return;
      if (stored.every((each, at) => each.digest === before[at])) this.proceed(call);
      else this.restart(execution);
      this.run.plan();
    };
    loadAll(stored)!.then(loaded, error => this.refuse(call, error));
  }

  theirs(execution: Execution, entry: Hit): void {
    const calls = [execution.call, ...this.executions.release(execution)];
    this.forget(execution);
    for (const call of calls) if (this.held.has(call)) this.takeFrom(entry, call);
  }

  failed({ call }: Execution, error: unknown): void {
    this.refuse(call, error);
  }

  /** What has to be claimed before it is executed; null if the call was dealt with. */
  private consider(call: Call): Execution | null {
    const { cache, definition } = call.spec;
    if ((cache === null || cache.key !== null) && this.loads(call)) return null;
    if (cache === null) {
      this.pass(call);
      return null;
    }
    const maker = this.kept.makerOf(call.spec);
    const key = keyOf(call, maker);
    const under = this.executions.ofKey(key);
    if (under?.call === call) {
      if (under.claimed) this.mine(under);
      return null;
    }
    call.spec.scope.execution?.addChild({ identity: definition.identity, key, code: maker.codePart });
    if (under !== undefined) {
      this.join(call, under);
      return null;
    }
    const found = this.look(key, definition.name, maker);
    if (this.run.settings.cache?.tellKeys === true) {
      this.run.columns.callKeyed(call.number, key, found.miss === null ? null : JSON.stringify(found.miss));
    }
    if (found.entry === null) return this.open(call, key, maker, found.miss, found.old);
    this.takeFrom(found.entry, call);
    return null;
  }

  /** An uncached call, whose inputs are here. */
  private pass(call: Call): void {
    const { journal, settings } = this.run;
    const { planner } = settings;
    const done = journal?.resumes === true ? journal.find(call, this.kept) : null;
    if (done !== null) this.takeFrom(done, call);
    else if (planner === undefined || call.spec.definition.kind === "flow") this.proceed(call);
    else planner.decided(call, "run", [{ why: "cacheOff" }], null);
  }

  private look(key: string, task: string, maker: KeyMaker): Found {
    if (!this.kept.isForced(task) || this.renewed.has(key)) return this.kept.cache.look(key, maker.policy);
    this.renewed.add(key);
    return { entry: null, miss: { why: "forced" }, old: true };
  }

  private open(call: Call, key: string, maker: KeyMaker, miss: Reason | null, old: boolean): Execution | null {
    const execution = new Execution(key, maker, call, miss, old);
    this.executions.add(execution);
    if (miss?.why === "damaged") this.run.warn(damage(call, miss.problem), call.number);
    const { planner } = this.run.settings;
    if (planner === undefined) return execution;
    planner.decided(call, "run", this.kept.reasons(call, execution), key);
    // Of flows the functions run, so that what they call can be told.
    if (execution.isFlow) this.mine(execution);
    return null;
  }

  private join(call: Call, execution: Execution): void {
    const { outcome } = execution;
    if (outcome !== null) {
      this.complete(call, outcome.raw);
      return;
    }
    this.run.settings.planner?.joined(call, execution.call, execution.key);
    this.executions.join(call, execution);
    this.run.raise(execution.call, call.spec.priority);
  }

  /** True if its inputs have to be read first; then it comes again. */
  private loads(call: Call): boolean {
    const stored = unloadedIn(call.inputs!.futures);
    if (stored.length === 0) return false;
    const again = () => {
      if (this.held.has(call)) this.batch.push(call);
      this.run.plan();
    };
    loadAll(stored)!.then(again, error => this.refuse(call, error));
    return true;
  }

  /** An input came out otherwise when it had to be computed again: so the keys are others. */
  private restart(execution: Execution): void {
    const calls = [execution.call, ...this.executions.release(execution)];
    this.forget(execution);
    for (const call of calls) if (this.held.has(call)) this.batch.push(call);
  }

  /** The call that was executed is cancelled: another that waits for it takes over. True if one does. */
  private bequeath(execution: Execution): boolean {
    const { call } = execution;
    const heir = this.executions.bequeath(execution);
    if (heir === undefined) return false;
    if (execution.children === null && this.run.attempts.inherit(call, heir)) {
      this.held.delete(heir);
      return true;
    }
    // It has not started, or it is a flow, whose calls are cancelled with it.
    execution.children?.clear();
    execution.spoilt = false;
    if (execution.claimed) this.batch.push(heir);
    this.run.plan();
    return true;
  }

  private proceed(call: Call): void {
    this.held.delete(call);
    this.run.scheduler.moved(call.node, call.spec.pool);
  }

  private takeFrom(entry: Hit, call: Call): void {
    const { planner } = this.run.settings;
    if (planner === undefined) this.kept.used(entry.key);
    else planner.decided(call, "hit", [], entry.key);
    this.complete(call, resultOf(entry, call, this.run, this.kept));
  }

  private complete(call: Call, raw: unknown): void {
    const { node } = call;
    this.held.delete(call);
    this.run.completeCached(call, ownOf(raw));
    this.run.scheduler.settled(node, COMPLETED);
    this.run.scheduler.freed(node);
  }

  private refuse(call: Call, error: unknown): void {
    if (!this.held.delete(call)) return;
    this.fail(call, FAILED, asError(error, call.spec.definition.name));
    this.run.plan();
  }

  private fail(call: Call, state: number, error: Error): void {
    const { node } = call;
    this.run.fail(call, state, error, null);
    this.run.scheduler.settled(node, state);
    this.run.scheduler.freed(node);
  }

  private readonly forget = (execution: Execution): void => {
    this.executions.remove(execution);
    if (execution.claimed) this.kept.release(execution);
    execution.claimed = false;
  };
}
