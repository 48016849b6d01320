import { unpackError } from "../../codec/failure.ts";
import { pack } from "../../codec/pack.ts";
import { type Cursor, fromWire, toWire } from "../../codec/wire.ts";
import { CancelledError, OptionError } from "../../errors.ts";
import type { RunningCall } from "../../task/context.ts";
import type { AnyOptions, Definition } from "../../task/definition.ts";
import { type Finished, type Nested, port } from "../../task/port.ts";
import type { Attempt, Dispatch, Host, Runner, RunnerSession } from "../../task/runner.ts";
import { Execution, execute } from "../../workers/execute.ts";
import { WireReporter } from "../../workers/reporter.ts";
import type { Flight } from "../flight.ts";
import { watchRejections } from "../rejections.ts";
import { Run } from "../run.ts";
import { FlowScope } from "../scope.ts";
import { ABORT, CANCEL, EXECUTE, GO_ON, OUTCOME, PASS_ON, REPORT, SUBMIT } from "./messages.ts";

/**
 * What a call on a worker calls: a run of its own as far as futures go, whose one place is the coordinator. There each
 * call is one of the run, with its limits, retries and cache.
 */
class Forth implements Nested {
  readonly scope: FlowScope;
  private readonly call: RunningCall;
  private readonly say: (wire: readonly unknown[]) => void;
  private readonly flights = new Map<number, { readonly flight: Flight; readonly host: Host }>();
  private readonly executed = new Map<number, { readonly execution: Execution; readonly reporter: WireReporter }>();

  constructor(call: RunningCall, say: (wire: readonly unknown[]) => void) {
    this.call = call;
    this.say = say;
    const nested = { here: this.place(true) };
    const run = new Run(`${call.runId}/${call.id}`, process.cwd(), {
      runner: this.place(false),
      nested,
      strict: false,
    });
    const scope = new NestedFrame(run, call.task);
    const unwatch = watchRejections(run.id, scope);
    scope.whenOver = () => {
      unwatch();
      run.attempts.close();
      void run.pools.close();
    };
    this.scope = scope;
  }

  submit(flight: Flight, host: Host, here: boolean): void {
    const { definition, options } = flight.call.spec;
    const { identity, name } = definition;
    const wire: unknown[] = [SUBMIT, flight.id, here, identity, name];
    try {
      toWire(pack(said(definition, options), { task: name, role: "input" }), wire);
      const at = wire.push(0);
      flight.pack(wire);
      wire[at - 1] = wire.length - at;
    } catch (error) {
      host.done([{ id: flight.id, state: "failed", error: error as Error, ms: 0, worker: -1 }]);
      return;
    }
    this.flights.set(flight.id, { flight, host });
    this.say(wire);
  }

  cancel(id: number, reason: string): void {
    if (this.flights.delete(id)) this.say([CANCEL, id, reason]);
  }

  hear(wire: readonly unknown[]): void {
    const cursor: Cursor = { at: 0 };
    while (cursor.at < wire.length) this.read(wire, cursor);
  }

  private read(wire: readonly unknown[], cursor: Cursor): void {
    const [operation, number] = wire.slice(cursor.at, cursor.at + 2) as [number, number];
    cursor.at += 2;
    if (operation === OUTCOME) {
      const state = wire[cursor.at++] as Attempt["state"];
      const packed = fromWire(wire, cursor);
      const known = this.flights.get(number);
      this.flights.delete(number);
      this.executed.delete(number);
      const end = state === "completed" ? { value: packed } : { error: unpackError(packed) };
      known?.host.done([{ id: number, state, ...end, ms: 0, worker: -1 }]);
    } else if (operation === EXECUTE) {
      const [id, attempt, dir] = wire.slice(cursor.at, cursor.at + 3) as [number, number, string | null];
      cursor.at += 3;
      this.execute(number, id, attempt, dir);
    } else if (operation === ABORT) {
      const { execution } = this.executed.get(number) ?? {};
      execution?.abort(new CancelledError({ task: execution.id, reason: String(wire[cursor.at]) }));
      cursor.at += 1;
    } else if (operation === GO_ON) this.executed.get(number)?.execution.goOn();
    else if (operation === PASS_ON) {
      const length = wire[cursor.at++] as number;
      const { execution, reporter } = this.executed.get(number) ?? {};
      if (execution !== undefined) reporter!.hear(execution, wire.slice(cursor.at, cursor.at + length));
      cursor.at += length;
    }
  }

  /** The turn of a call has come that is executed here. */
  private execute(number: number, id: number, attempt: number, dir: string | null): void {
    const known = this.flights.get(number);
    if (known === undefined) return;
    const { definition } = known.flight.call.spec;
    const reporter = new WireReporter(
      report => this.say([REPORT, number, attempt, report.length, ...report]),
      () => reporter.flushSoon(),
    );
    reporter.dirs = this.call.dirs;
    const execution = new Execution(1, id, definition.name, attempt, this.call.runId, reporter, { dir });
    this.executed.set(number, { execution, reporter });
    execute(execution, definition.fn, known.flight.inputs());
    reporter.flushSoon();
  }

  private place(here: boolean): Runner {
    const name = here ? "here" : "coordinator";
    const open = (host: Host) => new ForthSession(this, host, here);
    return { name, workers: Number.POSITIVE_INFINITY, shared: false, open };
  }
}

/** The frame of what one call calls. */
class NestedFrame extends FlowScope {
  whenOver = () => {};

  constructor(run: Run, name: string) {
    super(run, name, {}, null, null);
  }

  override async conclude(finished: Finished): Promise<unknown> {
    try {
      return await super.conclude(finished);
    } finally {
      this.whenOver();
    }
  }
}

class ForthSession implements RunnerSession {
  private readonly forth: Forth;
  private readonly host: Host;
  private readonly here: boolean;

  constructor(forth: Forth, host: Host, here: boolean) {
    this.forth = forth;
    this.host = host;
    this.here = here;
    host.slots(Number.POSITIVE_INFINITY);
  }

  dispatch(calls: readonly Dispatch[]): void {
    for (const call of calls) this.forth.submit(call as Flight, this.host, this.here);
  }

  cancel(ids: readonly number[], reason: string): void {
    for (const id of ids) this.forth.cancel(id, reason);
    this.host.released(ids);
  }

  resume(): void {}

  tell(): void {}

  async close(): Promise<void> {}
}

const LOCAL = ["after", "inFlight"];

/** The options that the coordinator does not know from the task's definition. */
function said(definition: Definition, options: AnyOptions): Record<string, unknown> {
  const differing = Object.entries(options).filter(([name, value]) => {
    return !LOCAL.includes(name) && Reflect.get(definition.options, name) !== value;
  });
  for (const [name, value] of differing) {
    if (typeof value !== "function" && !(name === "runner" && typeof value !== "string")) continue;
    throw new OptionError({
      where: `${definition.kind} "${definition.name}", ${name}`,
      problem: "on a worker it cannot be given to a single call",
      hint: "Give it where the task is defined, or call the task from a flow.",
    });
  }
  return Object.fromEntries(differing);
}

port.nested = (call, say) => new Forth(call, say);
