import { hash } from "node:crypto";
import { policyOf, taskPart } from "../../cache/policy.ts";
import { closeMark, inputsDigest, type Mark, markOf } from "../../codec/digest.ts";
import { pack } from "../../codec/pack.ts";
import { Packed, type PackedValue } from "../../codec/packed.ts";
import type { Hit } from "../../store/entry.ts";
import { asError } from "../adopted.ts";
import { type Call, idOf } from "../call.ts";
import { now } from "../clock.ts";
import { Constant, type FutureOf, type Slot, Slots } from "../inputs.ts";
import type { Run } from "../run.ts";
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
  /** The first of the runs that continue one another. */
  private readonly lineage: string;
  private readonly begun = new Map<number, Begun>();
  private readonly turns = new Map<string, number>();
  private waiting: Finished[] = [];
  private readonly written: string[] = [];
  private readonly opened = now();
  private timer: NodeJS.Timeout | null = null;
  /** Nothing can be kept; the run has been told, and goes on. */
  private broken = false;

  constructor(run: Run, lineage: string, resumes: boolean) {
    this.run = run;
    this.lineage = lineage;
    this.resumes = resumes;
  }

  /** Takes the digests of the inputs, before anybody can change them. What has none cannot be resumed. */
  begins(call: Call, given: readonly unknown[], futureOf: FutureOf): void {
    const slots = new Slots(futureOf);
    const subject = { task: call.spec.definition.name, role: "input" } as const;
    try {
      const marks = given.map(input => markOf(input, subject, slots.slotOf));
      this.begun.set(call.number, { slots: slots.all, marks });
    } catch {}
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
    this.written.push(key);
    return entry;
  }

  completed(call: Call, raw: unknown, ms: number): void {
    const marks = this.marksOf(call);
    this.begun.delete(call.number);
    if (marks === null) return;
    try {
      const packed = raw instanceof Packed ? raw : pack(raw, { task: idOf(call), role: "result" });
      this.waiting.push({ call, marks, packed, ms });
    } catch {
      return;
    }
    if (this.waiting.length >= MANY && now() - this.opened > HELD_BACK) this.write();
    else this.timer ??= setTimeout(() => this.write(), HELD_BACK).unref();
  }

  failed(call: Call): void {
    this.begun.delete(call.number);
  }

  /** How many results a run that continues this one finds. */
  async end(succeeded: boolean): Promise<number> {
    if (succeeded) this.drop();
    else this.write();
    if (this.run.gate === null) return 0;
    const { store } = this.run.gate.kept.cache;
    await this.run.gate.kept.settled();
    if (succeeded && this.written.length > 0) await store.remove(this.written);
    return succeeded ? 0 : this.written.length;
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
      this.written.push(key);
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
    const turn = this.turns.get(`${definition.identity} ${inputs}`) ?? 0;
    if (take) this.turns.set(`${definition.identity} ${inputs}`, turn + 1);
    const last = hash("sha256", `${this.lineage} ${turn} ${code}`, "hex").slice(0, 40);
    return `${taskPart(`journal ${definition.identity}`)}.${inputs}.${last}`;
  }
}
