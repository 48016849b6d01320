import { hash } from "node:crypto";
import { policyOf, taskPart } from "../../cache/policy.ts";
import { closeMark, inputsDigest, type Mark, markOf } from "../../codec/digest.ts";
import { pack } from "../../codec/pack.ts";
import { Packed, type PackedValue } from "../../codec/packed.ts";
import type { CallKey, Hit } from "../../store/entry.ts";
import type { Store } from "../../store/store.ts";
import { asError } from "../adopted.ts";
import { type Call, idOf } from "../call.ts";
import { now } from "../clock.ts";
import { Constant, type FutureOf, type Slot, Slots } from "../inputs.ts";
import type { Run } from "../run.ts";
import { Counts } from "./counts.ts";
import { toStore } from "./kept-files.ts";
import type { Kept } from "./kept-results.ts";
import { digestOf, digestOfResult } from "./keys.ts";

/**
 * For how long results are held back: a run that ends sooner well is spared the opening of the store, and one that is
 * killed loses what finished in so many milliseconds.
 */
export const HELD_BACK = 1000;
/** As many results as are written sooner, once the store is open. */
const MANY = 64;
/** So many are removed at once. */
const REMOVED = 1_000;

interface Begun {
  readonly marks: readonly Mark[];
  readonly slots: readonly Slot[];
}

interface Finished {
  readonly call: Call;
  readonly marks: string[];
  readonly packed: PackedValue;
  readonly ms: number;
}

/**
 * Keeps the results of calls that are not cached for as long as their run has not succeeded, so that it can be resumed.
 * Calls are known by what the cache would know them by, and by their turn among equal ones, each of which is executed.
 */
export class Journal {
  /** True where an earlier run is continued. */
  readonly resumes: boolean;
  private readonly run: Run;
  /** What the keys of all its results begin with, of all runs that continue one another. */
  private readonly part: string;
  private readonly begun = new Map<number, Begun>();
  /** How many equal calls of each task there were. */
  private readonly turns = new Map<string, Counts>();
  private waiting: Finished[] = [];
  private written = 0;
  private readonly leftOut = { calls: 0, first: "" };
  private readonly opened = now();
  private timer: NodeJS.Timeout | null = null;
  /** Nothing can be kept; the run has been told, and goes on. */
  private broken = false;

  constructor(run: Run, lineage: string, resumes: boolean) {
    this.run = run;
    this.part = taskPart(`journal ${lineage}`);
    this.resumes = resumes;
  }

  /** Takes the digests of the inputs, before anybody can change them. What has none is left out in the end. */
  begins(call: Call, given: readonly unknown[], futureOf: FutureOf): void {
    const slots = new Slots(futureOf);
    const subject = { task: call.spec.definition.name, role: "input" } as const;
    try {
      const marks = given.map(input => markOf(input, subject, slots.slotOf));
      this.begun.set(call.number, { slots: slots.all, marks });
    } catch {
      // `completed` finds nothing of it.
    }
  }

  /** The result of the same call in the run that is continued. */
  find(call: Call, kept: Kept): Hit | null {
    const marks = this.marksOf(call);
    if (marks === null) return null;
    const key = this.nextKey(call, marks, kept, false);
    const { entry } = kept.cache.look(key, policyOf(call.spec.definition, {}, true)!);
    if (entry === null) return null;
    this.nextKey(call, marks, kept, true);
    this.begun.delete(call.number);
    this.written += 1;
    return entry;
  }

  completed(call: Call, raw: unknown, ms: number): void {
    const marks = this.marksOf(call);
    this.begun.delete(call.number);
    const packed = marks === null ? null : packedOf(call, raw);
    if (marks === null || packed === null) {
      this.leftOut.first ||= idOf(call);
      this.leftOut.calls += 1;
      return;
    }
    this.waiting.push({ call, marks, packed: packed.value, ms });
    if (this.waiting.length >= MANY && now() - this.opened > HELD_BACK) this.write();
    else this.timer ??= setTimeout(() => this.write(), HELD_BACK).unref();
  }

  /** There is nothing to keep, or it cannot be kept. */
  failed(call: Call): void {
    this.begun.delete(call.number);
  }

  /** Keeps the result of a call that is about to fail, should it have one all the same; null if that cannot be kept. */
  keeperOf(call: Call): ((raw: unknown, ms: number) => void) | null {
    const begun = this.begun.get(call.number);
    if (begun === undefined) return null;
    return (raw, ms) => {
      this.begun.set(call.number, begun);
      this.completed(call, raw, ms);
    };
  }

  /** How many results a run that continues this one finds. */
  async end(succeeded: boolean): Promise<number> {
    if (succeeded) this.drop();
    else {
      this.write();
      this.tellLeftOut();
    }
    if (this.run.gate === null) return 0;
    const { store } = this.run.gate.kept.cache;
    await this.run.gate.kept.settled();
    if (!succeeded) return this.written;
    if (this.written > 0) await this.forget(store);
    return 0;
  }

  private async forget(store: Store): Promise<void> {
    let keys: CallKey[] = [];
    for (const { key } of store.entriesOf(this.part)) {
      if (keys.push(key) < REMOVED) continue;
      await store.remove(keys);
      keys = [];
    }
    await store.remove(keys);
  }

  private tellLeftOut(): void {
    const { calls, first } = this.leftOut;
    if (calls === 0 || this.broken) return;
    const which = calls === 1 ? `The result of ${first} is` : `The results of ${calls} calls, such as ${first}, are`;
    this.run.warn(
      `${which} not kept for --resume: there are files in the call's directory, or an input or the result cannot be stored.`,
    );
  }

  private drop(): Finished[] {
    const finished = this.waiting;
    this.waiting = [];
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    return finished;
  }

  private write(): void {
    const finished = this.drop();
    if (finished.length === 0 || this.broken) return;
    try {
      this.put(finished);
    } catch (error) {
      this.broken = true;
      const [reason] = asError(error, "the store").message.split("\n", 1);
      this.run.warn(`Results are not kept for --resume: ${reason}`);
    }
  }

  private put(finished: readonly Finished[]): void {
    const { kept } = this.run.openGate();
    for (const { call, marks, packed, ms } of finished) {
      const key = this.nextKey(call, marks, kept, true);
      const { identity } = call.spec.definition;
      const { value, ...files } = toStore(packed, this.run.root);
      const facts = { key, identity, result: digestOfResult(packed), createdAt: Date.now(), ms, ...files };
      kept.background(kept.cache.store.write({ ...facts, run: this.run.id, call: idOf(call) }, value, {}));
      this.written += 1;
    }
  }

  private marksOf(call: Call): string[] | null {
    const known = this.begun.get(call.number);
    if (known === undefined) return null;
    const { name } = call.spec.definition;
    try {
      const digests = known.slots.map(slot => (slot instanceof Constant ? slot.mark(name) : digestOf(slot)));
      return known.marks.map(mark =>
        closeMark(
          mark,
          mark.slots.map(slot => digests[slot]!),
        ),
      );
    } catch {
      return null;
    }
  }

  private nextKey({ spec }: Call, marks: readonly string[], { cache }: Kept, take: boolean): string {
    const { definition } = spec;
    const code = cache.codePart(definition.identity) ?? "";
    const inputs = inputsDigest(marks);
    const turns = this.turns.get(definition.identity) ?? new Counts();
    this.turns.set(definition.identity, turns);
    const turn = turns.of(inputs);
    if (take) turns.add(inputs);
    const last = hash("sha256", `${definition.identity} ${turn} ${code}`, "hex").slice(0, 40);
    return `${this.part}.${inputs}.${last}`;
  }
}

/** Null for what cannot be stored. */
function packedOf(call: Call, raw: unknown): { readonly value: PackedValue } | null {
  try {
    return { value: raw instanceof Packed ? raw : pack(raw, { task: idOf(call), role: "result" }) };
  } catch {
    return null;
  }
}
