import type { Primitive } from "../codec/packed.ts";
import type { Dispatch, TaskAddress } from "../task/runner.ts";
import { type Call, idOf } from "./call.ts";
import type { Late } from "./late.ts";
import type { FlowScope } from "./scope.ts";

/** One attempt of a call, from its dispatch until its slot is free again. */
export class Flight implements Dispatch {
  /** Another one, once that takes over what was begun for the first. */
  call: Call;
  readonly id: number;
  /** Whose slot it takes. */
  readonly node: number;
  /** True if it goes on for another call than the one that it was begun for. */
  inherited = false;
  readonly attempt: number;
  readonly pool: number;
  /** Gives where its directory is to be made if it asks for one, as most do not; null: among those that go with the run. */
  place: (() => string) | null = null;
  private placed: string | null = null;
  /** Where it was made. */
  directory: string | null = null;
  worker: number | null = null;
  startedAt = 0;
  stopTimer: (() => void) | null = null;
  /** The call has settled, or will be tried again, without waiting for this attempt to end. */
  abandoned = false;
  /** It was cancelled, and may have ended well before. */
  late: Late | null = null;
  /** The scope of what it calls. */
  nest: FlowScope | null = null;
  /** It waits for that, and has asked to go on. */
  wantsToResume = false;
  /** What to do when the slot is free: try again after so long. */
  retryIn: number | null = null;

  constructor(call: Call, attempt: number, pool: number) {
    this.call = call;
    this.id = call.number;
    this.node = call.node;
    this.attempt = attempt;
    this.pool = pool;
  }

  get dir(): string | null {
    this.placed ??= this.place?.() ?? null;
    return this.placed;
  }

  get display(): string {
    return idOf(this.call);
  }

  get task(): TaskAddress {
    return this.call.spec.definition;
  }

  get timeout(): number {
    return this.call.spec.timeout;
  }

  get isRead(): boolean {
    const { cache, watched, admitted, scope } = this.call.spec;
    return cache !== null || watched || admitted || scope.run.journal !== null || scope.execution !== null;
  }

  begin(worker: number, at: number): void {
    this.worker = worker;
    this.startedAt = at;
  }

  get plain(): readonly Primitive[] | null {
    return this.call.inputs!.plain;
  }

  inputs(): unknown[] {
    return this.call.inputs!.values();
  }

  pack(wire: unknown[], shares = false): void {
    this.call.inputs!.pack(wire, shares);
  }
}
