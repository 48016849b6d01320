import type { ResultCache } from "../../cache/results.ts";
import type { PackedValue } from "../../codec/packed.ts";
import type { About, CallKey, Entry, EntryFacts } from "../../store/entry.ts";
import type { Execution } from "./execution.ts";

/** A result on its way into the store. */
export interface Write {
  readonly execution: Execution;
  readonly facts: EntryFacts;
  readonly value: PackedValue;
  readonly about: About;
  /** With the entry that counts, which others can see now, or with what went wrong. */
  readonly done: (outcome: Entry | Error) => void;
}

/** Writes results together that come together: so what is done for each is little. */
export class Writing {
  private readonly cache: ResultCache;
  private waiting: Write[] = [];
  private readonly underWay = new Set<Promise<void>>();
  private readonly codesKept = new Set<string>();

  constructor(cache: ResultCache) {
    this.cache = cache;
  }

  add(write: Write): void {
    if (this.waiting.push(write) === 1) queueMicrotask(() => this.send());
  }

  /** Resolves when all that was added is in the store, or is not and will not be. */
  async settled(): Promise<void> {
    this.send();
    while (this.underWay.size > 0) {
      await Promise.all(this.underWay);
      this.send();
    }
  }

  private send(): void {
    if (this.waiting.length === 0) return;
    const writes = this.waiting;
    this.waiting = [];
    this.track(this.put(writes));
  }

  private put(writes: readonly Write[]): Promise<void> {
    return new Promise(resolve => {
      let open = writes.length;
      for (const write of writes) {
        this.putOne(write, outcome => {
          write.done(outcome);
          open -= 1;
          if (open === 0) resolve();
        });
      }
    });
  }

  private putOne({ execution, facts, value, about }: Write, done: Write["done"]): void {
    const { store } = this.cache;
    const { codePart, code, policy } = execution.maker;
    try {
      if (!this.codesKept.has(codePart)) {
        this.codesKept.add(codePart);
        store.putCodes(codePart, code.parts);
      }
      store.putAbout(facts.key, about);
    } catch (error) {
      done(error as Error);
      return;
    }
    const instead = execution.replaces ? this.inTheWay(facts.key) : undefined;
    const { compress } = policy;
    const how = { ...(compress !== null && { compress }), ...(instead !== undefined && { instead }) };
    store.put(facts, value, how, done);
  }

  /** It is replaced rather than removed: the directory of the new result may lie where its own was. */
  private inTheWay(key: CallKey): Entry | undefined {
    try {
      return this.cache.store.get(key);
    } catch {
      // A damaged record makes room by itself.
      return undefined;
    }
  }

  private track(work: Promise<void>): void {
    this.underWay.add(work);
    void work.then(() => this.underWay.delete(work));
  }
}
