import { checkFiles } from "../codec/handed-over.ts";
import type { Attempt, Dispatch, Host, Runner, RunnerSession } from "../task/runner.ts";
import { shared } from "../task/shared.ts";
import { asError } from "./adopted.ts";
import { now } from "./clock.ts";
import type { Flight } from "./flight.ts";
import { FlowCall } from "./flow-call.ts";
import type { Run } from "./run.ts";
import { FlowScope } from "./scope.ts";

const NO_WORKER = -1;

/** Where flows run: the coordinator itself, as many at once as there are. */
export function flowRunner(run: Run): Runner {
  return { name: "flows", workers: Number.POSITIVE_INFINITY, shared: true, open: host => new FlowSession(run, host) };
}

class FlowSession implements RunnerSession {
  private readonly run: Run;
  private readonly host: Host;
  private readonly scopes = new Map<number, FlowScope>();

  constructor(run: Run, host: Host) {
    this.run = run;
    this.host = host;
    host.slots(Number.POSITIVE_INFINITY);
  }

  dispatch(calls: readonly Dispatch[]): void {
    for (const call of calls) void this.conduct(call as Flight);
  }

  cancel(ids: readonly number[], reason: string): void {
    for (const id of ids) {
      const scope = this.scopes.get(id);
      if (scope !== undefined) this.run.stopScope(scope, reason, true);
    }
    this.host.released(ids);
  }

  resume(): void {}

  tell(): void {}

  async close(): Promise<void> {}

  private async conduct(flight: Flight): Promise<void> {
    const { spec } = flight.call;
    const began = now();
    this.host.started(NO_WORKER, [flight.id]);
    const execution = this.run.gate?.executionOf(flight.call) ?? null;
    const { name } = spec.definition;
    // Within a task's call, what that lends reaches what the flow calls.
    const within = spec.scope.within < 0 ? -1 : flight.node;
    const scope = new FlowScope(this.run, name, spec.options, flight.id, spec.scope, execution, within);
    this.scopes.set(flight.id, scope);
    const end = (attempt: Pick<Attempt, "state" | "value" | "error">) => {
      this.scopes.delete(flight.id);
      this.host.done([{ id: flight.id, ms: now() - began, worker: NO_WORKER, ...attempt }]);
    };
    try {
      const inputs = flight.inputs();
      const flow = new FlowCall(flight, scope);
      const fn = spec.definition.fn as (...inputs: unknown[]) => unknown;
      const value = await scope.conduct(() => shared.ambient.run({ scope, flow }, () => fn(...inputs)));
      checkFiles(value, { task: name, role: "result" });
      end({ state: "completed", value });
    } catch (error) {
      end({ state: "failed", error: asError(error, name) });
    }
  }
}
