import type { Host } from "../../task/runner.ts";
import { CallReports } from "../../workers/callreports.ts";
import { Line } from "../../workers/line.ts";
import { FileDesk } from "../../workers/travel/desk.ts";
import type { Lending } from "../../workers/travel/lending.ts";
import type { Batch } from "./batches.ts";
import { FROM } from "./call-ends.ts";

/** Which workers have the calls of a run, and which of the calls have begun there. */
export class Taking {
  readonly #host: Host;
  readonly #lending: Lending;
  readonly #numbers = new Map<string, number>();

  constructor(host: Host, lending: Lending) {
    this.#host = host;
    this.#lending = lending;
  }

  numberOf(worker: string): number {
    return this.#numbers.get(worker) ?? -1;
  }

  /** A worker has taken it. */
  take(batch: Batch, worker: string): void {
    batch.worker = worker;
    const number = this.#numbers.get(worker) ?? this.#host.worker(`redis/${worker}`);
    this.#numbers.set(worker, number);
    const { open: calls } = batch;
    for (const underway of batch.calls) {
      if (underway === null) continue;
      // Another worker had it before.
      underway.line?.close();
      underway.reports = new CallReports(this.#host, underway.call.id, number);
      if (underway.cancelled) continue;
      underway.line = new Line(underway.reports, FROM, new FileDesk(this.#host, underway.call, this.#lending));
    }
    const ids = calls.map(({ call }) => call.id);
    if (!batch.isTimed) this.#host.started(number, ids);
  }

  /** These have begun: a time limit counts from then, not from when its worker has taken a call. */
  begin({ isTimed, calls, worker }: Batch, places: readonly number[]): void {
    if (!isTimed || worker === null) return;
    const begun = new Set(places.flatMap(place => calls[place] ?? []).filter(({ started }) => !started));
    for (const underway of begun) underway.started = true;
    const ids = [...begun].map(({ call }) => call.id);
    if (ids.length > 0) this.#host.started(this.numberOf(worker), ids);
  }
}
