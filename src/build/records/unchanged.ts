import { valuesOf } from "../freshness/values.ts";
import type { TargetNode } from "../graph/node.ts";
import type { Files } from "./files.ts";
import { TARGET } from "./layout.ts";
import type { RecordTable } from "./table.ts";

/**
 * Whether nothing has changed of a target, straight from the columns. It says yes only where `judge` would; where it
 * says no, `judge` is to be asked.
 */
export function isUnchanged(table: RecordTable, files: Files, node: TargetNode, row: number, code: string): boolean {
  if (table.text(table.of(row, TARGET.code)) !== code) return false;
  return readsSame(table, files, node, row) && makesSame(table, files, node, row);
}

function readsSame(table: RecordTable, files: Files, { reads, name, target }: TargetNode, row: number): boolean {
  const { reading, filePath, fileDigest } = table.columns;
  const end = table.of(row, TARGET.readsEnd);
  let at = table.readsFrom(row);
  for (const { kind, at: place, paths } of reads) {
    const file = reading[at * 3 + 1]! - 1;
    if (kind !== "file" || at >= end || file < 0) return false;
    if (table.text(filePath[file]!) !== paths[0] || table.text(reading[at * 3]!) !== place) return false;
    if (reading[at * 3 + 2] !== fileDigest[file] || !files.isAsRecorded(file, paths[0])) return false;
    at += 1;
  }
  const { inputs } = target.options;
  for (const value of inputs === undefined ? [] : valuesOf(name, inputs)) {
    if (at >= end || table.text(reading[at * 3]!) !== value.at) return false;
    if (table.text(reading[at * 3 + 2]!) !== value.mark) return false;
    at += 1;
  }
  return at === end;
}

function makesSame(table: RecordTable, files: Files, { makes }: TargetNode, row: number): boolean {
  const { making, filePath, fileDigest } = table.columns;
  const end = table.of(row, TARGET.makesEnd);
  let at = table.makesFrom(row);
  for (const { kind, at: place, path } of makes) {
    if (kind !== "file" || at >= end) return false;
    const file = making[at * 3 + 1]!;
    if (table.text(filePath[file]!) !== path || table.text(making[at * 3]!) !== place) return false;
    if (making[at * 3 + 2] !== fileDigest[file] || !files.isAsRecorded(file, path)) return false;
    at += 1;
  }
  return at === end;
}
