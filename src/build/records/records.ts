/** What is known of the targets of a project, on disk: see docs/design/targets.md. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../../errors.ts";
import { keepOutOfGit } from "../../events/log.ts";
import type { TargetRecord } from "../freshness/record.ts";
import { Places } from "../graph/places.ts";
import { Files } from "./files.ts";
import { columnsOf } from "./gather.ts";
import { EMPTY, fromBytes, TARGET, toBytes } from "./layout.ts";
import { leftBehind } from "./left.ts";
import { type Lock, lock, type Waits } from "./lock.ts";
import { type Intent, type Line, Log, type Move, readLog } from "./log.ts";
import { FileMemo } from "./memo.ts";
import { publish, resume, sweep, sweepEarlier } from "./publish.ts";
import { RecordTable } from "./table.ts";
import { tidy } from "./tidy.ts";

export class Records {
  readonly places: Places;
  readonly table: RecordTable;
  readonly files: Files;
  /** What was found out about code. */
  readonly memo: FileMemo;
  private readonly folder: string;
  private readonly log: Log;
  private readonly held: Lock | null;
  /** What the table does not know yet; null for what is forgotten. */
  private readonly news = new Map<string, TargetRecord | null>();
  /** Folders in which outputs were made, with the runs that did so. */
  private readonly stages = new Map<string, { readonly folder: string; readonly run: string }>();
  /** What went wrong, and keeps nobody from building. */
  readonly troubles: string[] = [];

  private constructor(root: string, held: Lock | null) {
    this.folder = join(root, FOLDER);
    this.places = new Places(root);
    this.held = held;
    this.log = new Log(join(this.folder, "log"));
    this.memo = new FileMemo(join(this.folder, "code"));
    this.table = new RecordTable(this.readTable(join(this.folder, "records")));
    const lines = readLog(join(this.folder, "log"));
    for (const line of lines) this.learn(line);
    if (held !== null) {
      tidy(this.folder);
      this.recover(lines);
    }
    this.files = new Files(this.places, this.table);
  }

  /** Opens them to build: one at a time. What a build that died had begun to publish is published first. */
  static async open(root: string, waits: Waits): Promise<Records> {
    const held = await prepare(root, waits);
    try {
      return new Records(root, held);
    } catch (error) {
      held.release();
      throw error;
    }
  }

  /** Opens them to look only. */
  static look(root: string): Records {
    return new Records(root, null);
  }

  get(identity: string): TargetRecord | undefined {
    const news = this.news.get(identity);
    if (news !== undefined) return news ?? undefined;
    const row = this.table.rowOf(identity);
    return row < 0 ? undefined : this.table.recordAt(row);
  }

  /** The row of a target in the table, if that is what is known of it. */
  rowOf(identity: string): number {
    return this.news.size > 0 && this.news.has(identity) ? -1 : this.table.rowOf(identity);
  }

  *identities(): Generator<string> {
    for (let row = 0; row < this.table.size; row += 1) {
      const identity = this.table.text(this.table.of(row, TARGET.identity));
      if (!this.news.has(identity)) yield identity;
    }
    for (const [identity, record] of this.news) if (record !== null) yield identity;
  }

  *all(): Generator<TargetRecord> {
    for (let row = 0; row < this.table.size; row += 1) {
      if (!this.news.has(this.table.text(this.table.of(row, TARGET.identity)))) yield this.table.recordAt(row);
    }
    for (const record of this.news.values()) if (record !== null) yield record;
  }

  /** Outputs are about to be made in this folder. */
  staged(folder: string, run: string): void {
    const key = `${run} ${folder}`;
    if (this.stages.has(key)) return;
    this.stages.set(key, { folder, run });
    this.log.write({ stage: folder, run });
  }

  /** Publishes outputs and records them: both, or neither, whatever happens in between. */
  publish(record: TargetRecord, moves: readonly Move[]): void {
    // One rename is done or not; what was done and is not recorded is noticed by its content.
    const isOne = moves.length < 2 && moves.every(({ kind }) => kind === "file");
    if (!isOne) this.log.write({ intent: { record, moves } });
    try {
      publish(moves, this.places);
    } catch (error) {
      if (!isOne) this.log.write({ dropped: record.identity });
      throw error;
    }
    this.put(record);
    for (const { from } of moves) sweepEarlier(this.places.absolute(from));
  }

  put(record: TargetRecord): void {
    const left = leftBehind(record, identity => this.get(identity));
    for (const each of left === null ? [record] : [left, record]) {
      this.log.write({ made: each });
      this.news.set(each.identity, each);
    }
  }

  forget(identities: readonly string[]): void {
    if (identities.length === 0) return;
    this.log.write({ forgotten: identities });
    for (const identity of identities) this.news.set(identity, null);
  }

  /** Writes what is new, and lets others build. `order` is that in which targets are asked for, as far as it is known. */
  close(order: Iterable<string> = []): void {
    if (this.held === null) return;
    try {
      for (const { folder, run } of this.stages.values()) sweep(this.places.absolute(folder), run);
      this.log.close();
      this.memo.save();
      if (this.news.size > 0 || this.files.hasNews) this.write(order);
      rmSync(join(this.folder, "log"), { force: true });
    } finally {
      this.held.release();
    }
  }

  private write(order: Iterable<string>): void {
    const draft = join(this.folder, `records.${process.pid}`);
    writeFileSync(draft, toBytes(columnsOf(this.inOrder(order), path => this.files.stateOf(path))));
    renameSync(draft, join(this.folder, "records"));
  }

  private *inOrder(order: Iterable<string>): Generator<TargetRecord> {
    const rest = new Set(this.identities());
    for (const identity of order) if (rest.delete(identity)) yield this.get(identity)!;
    for (const identity of rest) yield this.get(identity)!;
  }

  private readTable(file: string): Parameters<typeof toBytes>[0] {
    const bytes = bytesOf(file);
    if (bytes === null) return EMPTY;
    const columns = fromBytes(bytes);
    if (columns !== null) return columns;
    this.troubles.push(`${file} is damaged, or of another version of heddle: what was built is not known any more`);
    return EMPTY;
  }

  private learn(line: Line): void {
    if ("made" in line) this.news.set(line.made.identity, line.made);
    else if ("forgotten" in line) for (const identity of line.forgotten) this.news.set(identity, null);
  }

  /** Ends what a build had begun that died. */
  private recover(lines: readonly Line[]): void {
    const open = new Map<string, Intent>();
    for (const line of lines) {
      if ("intent" in line) open.set(line.intent.record.identity, line.intent);
      else if ("made" in line) open.delete(line.made.identity);
      else if ("dropped" in line) open.delete(line.dropped);
    }
    for (const { record, moves } of open.values()) {
      try {
        resume(moves, this.places);
        this.put(record);
      } catch (error) {
        // It is built again, as its outputs are not as they were recorded, or its inputs are not.
        this.log.write({ dropped: record.identity });
        this.troubles.push(
          `What ${record.name} made in a build that died could not be put in its place: ${(error as Error).message}`,
        );
      }
    }
    for (const line of lines) {
      if ("stage" in line) this.stages.set(`${line.run} ${line.stage}`, { folder: line.stage, run: line.run });
    }
  }
}

const FOLDER = join(".heddle", "build");

/** @throws UsageError where nothing can be written, as in a checkout that is to be read only. */
async function prepare(root: string, waits: Waits): Promise<Lock> {
  const folder = join(root, FOLDER);
  try {
    mkdirSync(folder, { recursive: true });
    keepOutOfGit(join(root, ".heddle", ".gitignore"));
    return await lock(join(folder, "lock"), waits);
  } catch (error) {
    throw new UsageError(
      {
        problem: `What is known of targets cannot be kept in ${folder}: ${(error as Error).message}`,
        hint: "See to it that .heddle in the project's root is a folder, and can be written to.",
      },
      { cause: error },
    );
  }
}

function bytesOf(file: string): Uint8Array | null {
  try {
    return readFileSync(file);
  } catch {
    return null;
  }
}
