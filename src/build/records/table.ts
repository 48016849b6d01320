import type { KeptResult, Making, Reading, Returned, TargetRecord } from "../freshness/record.ts";
import { type Columns, TARGET } from "./layout.ts";

/** Records as they lie in their file. */
export class RecordTable {
  readonly columns: Columns;
  private rows: Map<string, number> | null = null;
  /** Who asks for one often asks for the next. */
  private last = -1;
  private fileRows: Map<string, number> | null = null;

  constructor(columns: Columns) {
    this.columns = columns;
  }

  get size(): number {
    return this.columns.counts.targets;
  }

  text(number: number): string {
    const { text, textEnd } = this.columns;
    return text.slice(number === 0 ? 0 : textEnd[number - 1], textEnd[number]);
  }

  /** The row of a target; -1 for one that was never built. */
  rowOf(identity: string): number {
    const next = this.last + 1 < this.size ? this.last + 1 : 0;
    if (next < this.size && this.text(this.of(next, TARGET.identity)) === identity) {
      this.last = next;
      return next;
    }
    this.last = this.found(identity);
    return this.last;
  }

  private found(identity: string): number {
    if (this.rows === null) {
      this.rows = new Map();
      for (let row = 0; row < this.size; row += 1) this.rows.set(this.text(this.of(row, TARGET.identity)), row);
    }
    return this.rows.get(identity) ?? -1;
  }

  fileRowOf(path: string): number {
    if (this.fileRows === null) {
      this.fileRows = new Map();
      const { filePath } = this.columns;
      for (let row = 0; row < filePath.length; row += 1) this.fileRows.set(this.text(filePath[row]!), row);
    }
    return this.fileRows.get(path) ?? -1;
  }

  of(row: number, column: number): number {
    return this.columns.target[row * TARGET.width + column]!;
  }

  readsFrom(row: number): number {
    return row === 0 ? 0 : this.of(row - 1, TARGET.readsEnd);
  }

  makesFrom(row: number): number {
    return row === 0 ? 0 : this.of(row - 1, TARGET.makesEnd);
  }

  recordAt(row: number): TargetRecord {
    const { targetTime } = this.columns;
    const { result, returned } = this.moreOf(row);
    return {
      identity: this.text(this.of(row, TARGET.identity)),
      name: this.text(this.of(row, TARGET.name)),
      code: this.text(this.of(row, TARGET.code)),
      reads: this.readingsOf(row),
      makes: this.makingsOf(row),
      result,
      returned,
      ms: targetTime[row * 2]!,
      at: targetTime[row * 2 + 1]!,
      run: this.text(this.of(row, TARGET.run)),
    };
  }

  /** What few targets have. */
  moreOf(row: number): { readonly result: KeptResult | null; readonly returned: readonly Returned[] } {
    const text = this.text(this.of(row, TARGET.more));
    return text === "" ? NOTHING : (JSON.parse(text) as ReturnType<RecordTable["moreOf"]>);
  }

  hasMore(row: number): boolean {
    return this.text(this.of(row, TARGET.more)) !== "";
  }

  private readingsOf(row: number): Reading[] {
    const { reading, filePath } = this.columns;
    const readings: Reading[] = [];
    for (let at = this.readsFrom(row); at < this.of(row, TARGET.readsEnd); at += 1) {
      const file = reading[at * 3 + 1]!;
      const path = file === 0 ? null : this.text(filePath[file - 1]!);
      readings.push({ at: this.text(reading[at * 3]!), path, mark: this.text(reading[at * 3 + 2]!) });
    }
    return readings;
  }

  private makingsOf(row: number): Making[] {
    const { making, makingSize, filePath } = this.columns;
    const makings: Making[] = [];
    for (let at = this.makesFrom(row); at < this.of(row, TARGET.makesEnd); at += 1) {
      const path = this.text(filePath[making[at * 3 + 1]!]!);
      makings.push({
        at: this.text(making[at * 3]!),
        path,
        digest: this.text(making[at * 3 + 2]!),
        size: makingSize[at]!,
      });
    }
    return makings;
  }
}

const NOTHING = { result: null, returned: [] } as const;
