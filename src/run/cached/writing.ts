import type { ResultCache } from "../../cache/results.ts";
import type { PackedValue } from "../../codec/packed.ts";
import type { About, CallKey, Entry, EntryFacts } from "../../store/entry.ts";
import type { Write, WriteOptions } from "../../store/ledger.ts";
import type { Execution } from "./execution.ts";

/** Is told of an execution whose result others can see now, or never will. */
export type Over = (execution: Execution) => void;

/** Who is told what comes of a write. */
interface Writer {
  written(write: ResultWrite, outcome: Entry | Error | null): void;
}

const NO_OPTIONS: WriteOptions = {};

/** A result on its way into the store. */
export class ResultWrite implements Write {
  readonly execution: Execution;
  readonly facts: EntryFacts;
  readonly value: PackedValue;
  readonly about: About;
  readonly inUse = true;
  how = NO_OPTIONS;
  readonly over: Over;
  private readonly writer: Writer;

  constructor(execution: Execution, facts: EntryFacts, value: PackedValue, about: About, writer: Writer, over: Over) {
    this.execution = execution;
    this.facts = facts;
    this.value = value;
    this.about = about;
    this.writer = writer;
    this.over = over;
  }

  done(outcome: Entry | Error | null): void {
    this.writer.written(this, outcome);
  }
}

/** Puts results into the store, those together that come together. */
export class Writing {
  private readonly cache: ResultCache;
  private waiting: ResultWrite[] = [];
  private open = 0;
  private idle: (() => void)[] = [];
  private readonly codesKept = new Set<string>();

  constructor(cache: ResultCache) {
    this.cache = cache;
  }

  add(write: ResultWrite): void {
    this.open += 1;
    if (this.waiting.push(write) === 1) queueMicrotask(() => this.send());
  }

  /** One that was added is in the store, or is not and will not be. */
  ended(): void {
    this.open -= 1;
    if (this.open > 0 || this.idle.length === 0) return;
    for (const tell of this.idle.splice(0)) tell();
  }

  /** Resolves when all that was added has ended. */
  async settled(): Promise<void> {
    this.send();
    while (this.open > 0) await new Promise<void>(resolve => this.idle.push(resolve));
  }

  private send(): void {
    const writes = this.waiting;
    this.waiting = [];
    for (const write of writes) this.put(write);
  }

  private put(write: ResultWrite): void {
    const { store } = this.cache;
    const { facts, execution } = write;
    const { codePart, code, policy } = execution.maker;
    try {
      if (!this.codesKept.has(codePart)) {
        this.codesKept.add(codePart);
        store.putCodes(codePart, code.parts);
      }
      const instead = execution.replaces ? this.inTheWay(facts.key) : undefined;
      const { compress } = policy;
      if (compress !== null || instead !== undefined) {
        write.how = { ...(compress !== null && { compress }), ...(instead !== undefined && { instead }) };
      }
    } catch (error) {
      write.done(error as Error);
      return;
    }
    store.put(write);
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
}
