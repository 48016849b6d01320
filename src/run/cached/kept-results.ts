import { join } from "node:path";
import type { Reason } from "../../cache/reason.ts";
import type { KeyMaker, ResultCache } from "../../cache/results.ts";
import { explainMiss } from "../../cache/why.ts";
import type { Digest } from "../../codec/digest.ts";
import { useFileDigests } from "../../codec/file-content.ts";
import { pack, unpack } from "../../codec/pack.ts";
import { Packed, type PackedValue } from "../../codec/packed.ts";
import { HeddleError, UnstorableResultError } from "../../errors.ts";
import type { About, DirectoryFact, Entry, EntryFacts } from "../../store/entry.ts";
import type { Claim, Owners } from "../../store/owners.ts";
import type { SharedStore } from "../../store/remote/shared.ts";
import { ALONE } from "../../store/shares.ts";
import { type Call, idOf } from "../call.ts";
import type { Run } from "../run.ts";
import type { Spec } from "../spec.ts";
import { EntryValue } from "../stored.ts";
import type { Execution } from "./execution.ts";
import { toStore } from "./kept-files.ts";
import type { KeyedInputs } from "./keyed-inputs.ts";
import { digestOf, digestOfResult, digestWithDirectory } from "./keys.ts";
import { NotedUses } from "./uses.ts";
import { type Over, ResultWrite, Writing } from "./writing.ts";

/** A result in the form in which it is kept. */
export interface PackedResult {
  readonly packed: PackedValue;
  readonly raw: unknown;
  readonly directory: DirectoryFact | null;
}

export interface Means {
  readonly cache: ResultCache;
  readonly force: boolean | readonly string[];
  readonly shared: SharedStore | null;
  openOwners(): Promise<Owners>;
}

/** What the gate needs of the cache: keys and entries, claims, and the way of results into the store. */
export class Kept {
  readonly cache: ResultCache;
  private readonly run: Run;
  private readonly force: true | ReadonlySet<string>;
  private owners: Owners | Promise<Owners> | null = null;
  private readonly openOwners: () => Promise<Owners>;
  private readonly shared: SharedStore | null;
  private readonly uses: NotedUses;
  private readonly writing: Writing;
  private readonly inBackground = new Set<Promise<unknown>>();
  private readonly warned = new Set<string>();
  private last: { readonly spec: Spec; readonly maker: KeyMaker } | null = null;
  private readonly forgetFiles: () => void;

  constructor(run: Run, { cache, force, openOwners, shared }: Means) {
    this.run = run;
    this.cache = cache;
    this.writing = new Writing(cache);
    this.uses = new NotedUses(cache.store, error =>
      this.warn("Which results were used could not be noted, so they may be removed too soon", error),
    );
    this.force = force === true ? true : new Set(force === false ? [] : force);
    this.openOwners = openOwners;
    this.shared = shared;
    this.forgetFiles = useFileDigests(path => cache.files.of(path));
  }

  makerOf(spec: Spec): KeyMaker {
    if (this.last?.spec === spec) return this.last.maker;
    const maker = this.cache.makerOf(spec.definition, spec.cache!);
    this.tellOfCode(maker);
    this.last = { spec, maker };
    return maker;
  }

  isForced(task: string): boolean {
    return this.force === true || this.force.has(task);
  }

  /** True if other processes share the store. */
  get hasCompany(): boolean {
    return this.owners === null || "then" in this.owners || this.owners.others > 0;
  }

  /** Joins the processes that share the store. */
  join(): Owners | Promise<Owners> {
    if (this.owners === null) {
      const opening = this.openOwners().catch(error => this.withoutOthers(error));
      this.owners = opening;
      void opening.then(owners => {
        this.owners = owners;
      });
    }
    return this.owners;
  }

  claim(keys: readonly string[]): readonly Claim[] | Promise<readonly Claim[]> {
    const owners = this.join();
    if (!("then" in owners)) return owners.claim(keys);
    return owners.then(joined => joined.claim(keys));
  }

  /** Where processes cannot come to terms, as on a full disk, a call may be executed by several of them. */
  private withoutOthers(error: unknown): Owners {
    this.warn("Equal calls of other processes are not waited for", error);
    return { others: 0, shares: ALONE, claim: keys => keys.map(() => true), release() {}, close: async () => {} };
  }

  release({ key }: Execution): void {
    if (this.owners !== null && !("then" in this.owners)) this.owners.release([key]);
  }

  used(key: string): void {
    this.uses.add(key);
  }

  /** Results of other machines; null if there is no shared store. */
  fetchShared({ key, reason }: Execution): Promise<Entry | null> | null {
    if (this.shared === null || reason?.why === "forced") return null;
    return this.takeOver(this.shared, key);
  }

  private async takeOver(shared: SharedStore, key: string): Promise<Entry | null> {
    try {
      const found = await shared.fetch(key);
      return found === undefined ? null : await this.cache.store.write(found.facts, found.value, {});
    } catch (error) {
      this.run.warn(`The shared store was passed over: ${(error as Error).message}`);
      return null;
    }
  }

  /** @throws UnstorableResultError that names the part which cannot be kept. */
  pack(call: Call, raw: unknown, directory: DirectoryFact | null): PackedResult {
    const packed = this.packed(call, raw);
    if (directory === null) return { packed, raw: packed, directory };
    return { packed, raw: new EntryValue(digestWithDirectory(packed, directory), null, packed), directory };
  }

  private packed(call: Call, raw: unknown): PackedValue {
    if (raw instanceof Packed || !isObject(raw)) return raw as PackedValue;
    try {
      return pack(raw, { task: idOf(call), role: "result" });
    } catch (error) {
      throw unstorable(error, idOf(call));
    }
  }

  /** Writes a result; false if it is not to be kept. `over` is told when others can see it, or when that failed. */
  write(execution: Execution, { packed, directory }: PackedResult, ms: number, over: Over): boolean {
    const { call, maker, key } = execution;
    const { policy } = maker;
    try {
      if (policy.when !== null && !policy.when(unpack(packed))) return false;
    } catch (error) {
      this.run.warn(`cache.when of ${idOf(call)} failed, so its result is not kept: ${String(error)}`, call.number);
      return false;
    }
    const { value, files } = toStore(packed, this.run.root);
    const bare: EntryFacts = {
      key,
      identity: maker.definition.identity,
      result: this.digestToKeep(packed, directory),
      createdAt: Date.now(),
      ms,
      run: this.run.id,
      call: idOf(call),
    };
    const { children } = execution;
    const facts =
      children === null && directory === null && files === undefined
        ? bare
        : {
            ...bare,
            ...(children !== null && { children: [...children.values()] }),
            ...(files !== undefined && { files }),
            ...(directory !== null && { directory }),
          };
    if (directory !== null) this.run.directories.kept(join(this.cache.store.folder, directory.path));
    this.writing.add(new ResultWrite(execution, facts, value, this.aboutOf(call, maker), this, over));
    return true;
  }

  private digestToKeep(packed: PackedValue, directory: DirectoryFact | null): Digest | null {
    if (directory !== null) return digestWithDirectory(packed, directory);
    // Other machines are told it; here a value says it that is always in its entry.
    if (this.shared === null && (typeof packed === "number" || typeof packed === "boolean")) return null;
    return digestOfResult(packed);
  }

  written({ execution, facts, value, over }: ResultWrite, outcome: Entry | Error | null): void {
    if (outcome instanceof Error) {
      const { call } = execution;
      this.run.warn(`The result of ${facts.call} could not be kept: ${outcome.message}`, call.number);
    } else {
      // Other machines have nothing of its directory.
      const ours = outcome === null || outcome.run === facts.run;
      if (ours && facts.directory === undefined) this.shared?.push(facts, value);
      // What this process wrote is in use as long as it has the store open.
      if (!ours) this.used(facts.key);
    }
    over(execution);
    this.writing.ended();
  }

  /** The run does not end before this has. */
  background(work: Promise<unknown>): void {
    const done: Promise<void> = work.then(
      () => void this.inBackground.delete(done),
      error => {
        this.inBackground.delete(done);
        this.run.warn(`A result could not be kept: ${String((error as Error).message)}`);
      },
    );
    this.inBackground.add(done);
  }

  reasons(call: Call, execution: Execution): Reason[] {
    const own = execution.reason;
    if (own !== null) return [own];
    const about = this.aboutOf(call, execution.maker);
    return explainMiss(this.cache, execution.key, execution.maker, about);
  }

  /** Resolves when all that completed is in the store. */
  async settled(): Promise<void> {
    await this.writing.settled();
    while (this.inBackground.size > 0) await Promise.all(this.inBackground);
  }

  /** What cannot be put away well is told of; the run has its results. */
  async close(): Promise<void> {
    const told = (error: unknown) => this.warn("The cache could not be closed well", error);
    await this.settled();
    this.forgetFiles();
    this.uses.write();
    await this.shared?.close().catch(told);
    const owners = await this.owners;
    await owners?.close().catch(told);
    await this.cache.store.flush().catch(told);
    await this.cache.store.close().catch(told);
  }

  private aboutOf(call: Call, maker: KeyMaker): About {
    return (call.inputs as KeyedInputs).about(maker.code.parameters.names, maker.normal, digestOf);
  }

  private readonly told = new Set<KeyMaker>();

  /** What of a task's code counts more or less than its author may think. */
  private tellOfCode(maker: KeyMaker): void {
    if (this.told.has(maker)) return;
    this.told.add(maker);
    const { code, definition } = maker;
    for (const text of code.loose) this.run.warn(`The cache of ${definition.name}: ${text}`);
    for (const text of code.unseen) {
      const remedy = "what counts of that belongs into the inputs or into cache.include";
      this.run.warn(`The cache of ${definition.name} does not see that it ${text}: ${remedy}`);
    }
  }

  /** Warns of what is likely to come again, once. */
  private warn(what: string, error: unknown): void {
    if (this.warned.has(what)) return;
    this.warned.add(what);
    this.run.warn(`${what}: ${(error as Error).message.split("\n", 1)[0]}`);
  }
}

/** A result that cannot be sent cannot be kept either, and that is what its call is told. */
export function unstorable(error: unknown, call: string): Error {
  if (!(error instanceof HeddleError) || error.name !== "UncloneableError") return error as Error;
  const part = /^The result of \S+ cannot .*?: (.*)$/.exec(error.short)?.[1];
  if (part === undefined) return error;
  return new UnstorableResultError({ task: call, part, hint: error.remedy });
}

function isObject(value: unknown): boolean {
  return (typeof value === "object" && value !== null) || typeof value === "function" || typeof value === "symbol";
}
