import { packError } from "../../codec/failure.ts";
import { unpack } from "../../codec/pack.ts";
import { type Cursor, fromWire, toWire } from "../../codec/wire.ts";
import { UnreachableTaskError } from "../../errors.ts";
import { COMPLETED } from "../../graph/states.ts";
import type { AnyOptions, Definition } from "../../task/definition.ts";
import type { Dispatch, Host, Runner, RunnerSession } from "../../task/runner.ts";
import { shared } from "../../task/shared.ts";
import { UNNAMED } from "../../task/task.ts";
import { CallReports } from "../../workers/callreports.ts";
import { readInputs } from "../../workers/inputs.ts";
import { readReports } from "../../workers/protocol.ts";
import { asError } from "../adopted.ts";
import type { CallFuture } from "../call.ts";
import type { Flight } from "../flight.ts";
import { keptPacked } from "../kept.ts";
import type { Run } from "../run.ts";
import type { FlowScope } from "../scope.ts";
import { ABORT, CANCEL, EXECUTE, GO_ON, OUTCOME, PASS_ON, REPORT, SUBMIT } from "./messages.ts";

interface Executed {
  readonly host: Host;
  readonly attempt: number;
  readonly reports: CallReports;
  readonly ended: () => void;
}

/** The coordinator's side of one call that runs on a worker and calls tasks: they are calls of the run like all others. */
export class Back {
  private readonly run: Run;
  private readonly flight: Flight;
  private readonly scope: FlowScope;
  private readonly calls = new Map<number, CallFuture>();
  private readonly numbers = new Map<number, number>();
  /** Calls of it that are executed on its own worker. */
  private readonly executed = new Map<number, Executed>();

  constructor(run: Run, flight: Flight, scope: FlowScope) {
    this.run = run;
    this.flight = flight;
    this.scope = scope;
  }

  hear(wire: readonly unknown[]): void {
    const cursor: Cursor = { at: 0 };
    while (cursor.at < wire.length) this.read(wire, cursor);
  }

  /** Has a call executed where it was made; `ended` is called when that has told how it ended. */
  execute(flight: Dispatch, host: Host, ended: () => void): void {
    const worker = this.flight.worker ?? -1;
    const number = this.numbers.get(flight.id)!;
    const { attempt } = flight;
    this.executed.set(number, { host, attempt, reports: new CallReports(host, flight.id, worker), ended });
    host.started(worker, [flight.id]);
    this.say([EXECUTE, number, flight.id, flight.attempt, flight.dir]);
  }

  /** Something for a call that is executed where it was made, by its number in the run. */
  pass(id: number, operation: typeof ABORT | typeof GO_ON | typeof PASS_ON, ...operands: unknown[]): void {
    const number = this.numbers.get(id);
    if (number === undefined) return;
    if (operation === ABORT) this.executed.delete(number);
    this.say([operation, number, ...operands]);
  }

  private read(wire: readonly unknown[], cursor: Cursor): void {
    const [operation, number] = wire.slice(cursor.at, cursor.at + 2) as [number, number];
    cursor.at += 2;
    if (operation === SUBMIT) this.submit(number, wire, cursor);
    else if (operation === CANCEL) this.calls.get(number)?.cancel(String(wire[cursor.at++]));
    else if (operation === REPORT) {
      const [attempt, length] = wire.slice(cursor.at, cursor.at + 2) as [number, number];
      cursor.at += 2 + length;
      this.report(number, attempt, wire.slice(cursor.at - length, cursor.at));
    }
  }

  private submit(number: number, wire: readonly unknown[], cursor: Cursor): void {
    const [here, identity, name] = wire.slice(cursor.at, cursor.at + 3) as [boolean, string, string];
    cursor.at += 3;
    const [packed, length] = [fromWire(wire, cursor), wire[cursor.at] as number];
    const at = cursor.at + 1;
    cursor.at = at + length;
    try {
      // Before anything is decoded, for which the module may be needed that defines it.
      const definition = this.find(identity, name);
      const options = unpack(packed) as AnyOptions;
      const inputs = readInputs(wire, { at });
      const all = Object.keys(options).length === 0 ? definition.options : { ...definition.options, ...options };
      const call = this.scope.submit(definition, all, inputs, here, made => {
        this.calls.set(number, made);
        this.numbers.set(made.number, number);
      });
      this.follow(number, call as unknown as CallFuture);
    } catch (error) {
      this.failed(number, "failed", asError(error, name));
    }
  }

  private find(identity: string, name: string): Definition {
    const definition = shared.definitions.get(identity);
    if (definition !== undefined) return definition;
    const caller = this.flight.display;
    if (identity === UNNAMED) {
      throw new UnreachableTaskError({
        task: "run(…)",
        why: `its function exists only on the worker of ${caller}, and flows run in the coordinator`,
        hint: "Call tasks without it, or define a flow with a name at the top level of a module, and call that.",
      });
    }
    throw new UnreachableTaskError({
      task: name,
      why: `it was called from ${caller}, and the coordinator has not loaded the module that defines it`,
      hint: `Import that module (${identity.split("#")[0]}) where the flow is defined.`,
    });
  }

  /** Its worker looks after its failure. */
  private follow(number: number, call: CallFuture): void {
    call.observe();
    call.listen(() => {
      const loading = call.materialise();
      if (loading === null) this.ended(number, call);
      else
        loading.then(
          () => this.ended(number, call),
          error => this.failed(number, "failed", error as Error),
        );
    });
  }

  private ended(number: number, call: CallFuture): void {
    this.calls.delete(number);
    this.numbers.delete(call.number);
    this.executed.delete(number);
    const { error } = call;
    if (call.endState !== COMPLETED || error !== undefined) {
      this.failed(number, call.state, error ?? new Error("it did not complete"));
      return;
    }
    try {
      const wire: unknown[] = [OUTCOME, number, "completed"];
      toWire(keptPacked(call) as never, wire);
      this.say(wire);
    } catch (problem) {
      this.failed(number, "failed", problem as Error);
    }
  }

  private failed(number: number, state: string, error: Error): void {
    const wire: unknown[] = [OUTCOME, number, state];
    toWire(packError(error, { task: this.flight.display, role: "error" }), wire);
    this.say(wire);
  }

  private report(number: number, attempt: number, report: readonly unknown[]): void {
    const executed = this.executed.get(number);
    // What was given up may have something to say when the next attempt is under way.
    if (executed?.attempt !== attempt) return;
    readReports(report, executed.reports);
    const { attempt: ended } = executed.reports;
    if (ended === null) return;
    this.executed.delete(number);
    executed.ended();
    executed.host.done([ended]);
  }

  /** Also to an attempt that is given up, while it is there: what it waits for has ended, so that it can end. */
  private say(wire: unknown[]): void {
    const { id, pool } = this.flight;
    if (this.run.attempts.flightOf(id) === this.flight) this.run.pools.tell(pool, id, wire);
  }
}

/** Where calls run that were made on a worker, to be executed there. */
export function backRunner(): Runner {
  return { name: "back", workers: Number.POSITIVE_INFINITY, shared: false, open: host => new BackSession(host) };
}

class BackSession implements RunnerSession {
  private readonly host: Host;
  private readonly backs = new Map<number, Back>();

  constructor(host: Host) {
    this.host = host;
    host.slots(Number.POSITIVE_INFINITY);
  }

  dispatch(calls: readonly Dispatch[]): void {
    for (const call of calls) {
      const back = (call as Flight).call.spec.scope.back!;
      this.backs.set(call.id, back);
      back.execute(call, this.host, () => this.backs.delete(call.id));
    }
  }

  cancel(ids: readonly number[], reason: string): void {
    for (const id of ids) {
      this.backs.get(id)?.pass(id, ABORT, reason);
      this.backs.delete(id);
    }
    this.host.released(ids);
  }

  resume(id: number): void {
    this.backs.get(id)?.pass(id, GO_ON);
  }

  tell(id: number, wire: readonly unknown[]): void {
    this.backs.get(id)?.pass(id, PASS_ON, wire.length, ...wire);
  }

  async close(): Promise<void> {}
}
