/** Results that have stayed where they were made, and are brought here when somebody reads them. */
import type { Packed, PackedValue } from "../codec/packed.ts";
import { FAILED } from "../graph/states.ts";
import { elsewhere, fetched, isElsewhere } from "../workers/cluster/references.ts";
import { digestOfResult } from "./cached/keys.ts";
import type { Call } from "./call.ts";
import type { Run } from "./run.ts";
import { loadAll, StoredValue, unloadedIn } from "./stored.ts";

let marks = 0;

export class ElsewhereValue extends StoredValue {
  readonly reference: Packed;
  private value: { readonly packed: PackedValue } | null = null;
  private loading: Promise<void> | null = null;
  private mark: string;

  constructor(reference: Packed) {
    super();
    this.reference = reference;
    this.mark = `elsewhere ${++marks}`;
  }

  /** Before it is loaded nothing is known of it. */
  get digest(): string {
    return this.mark;
  }

  get isLoaded(): boolean {
    return this.value !== null;
  }

  /** Before it is loaded, what refers to it: for where that is understood. */
  get packed(): PackedValue {
    return this.value === null ? this.reference : this.value.packed;
  }

  load(): Promise<void> {
    if (this.value !== null) return Promise.resolve();
    this.loading ??= fetched(this.reference).then(packed => {
      this.mark = digestOfResult(packed);
      this.value = { packed };
    });
    return this.loading;
  }
}

/** What the future of a call keeps of its result. */
export function keptOf(run: Run, call: Call, raw: unknown): unknown {
  if (elsewhere.any && isElsewhere(raw)) return new ElsewhereValue(raw);
  return run.live === null ? raw : run.live.hold(call, raw);
}

/** What of a call's inputs has to be read before it can go to this pool. */
export function unreadIn(run: Run, call: Call, pool: number): readonly StoredValue[] {
  const unloaded = unloadedIn(call.inputs!.futures);
  if (!elsewhere.any || unloaded.length === 0) return unloaded;
  return unloaded.filter(value => !(value instanceof ElsewhereValue && run.pools.takes(pool, value.reference)));
}

/** True if what a call reads has to be brought first: it starts when that is there. */
export function readsFirst(run: Run, call: Call, pool: number): boolean {
  if (run.live === null && !elsewhere.any) return false;
  const reads = loadAll(unreadIn(run, call, pool));
  if (reads === null) return false;
  const { scheduler } = run;
  const { node } = call;
  const failed = (error: Error) => {
    run.fail(call, FAILED, error, null);
    scheduler.settled(node, FAILED);
  };
  const reading = reads.then(
    () => call.failure === null,
    error => {
      if (call.failure === null) failed(error as Error);
      return false;
    },
  );
  void reading.then(goesOn => {
    if (goesOn) run.dispatch(node, pool);
    else scheduler.freed(node);
    run.flush();
  });
  return true;
}
