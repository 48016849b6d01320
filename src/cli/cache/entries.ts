/** Entries as a table. */
import { formatSize } from "../../config/size.ts";
import { coarse, duration } from "../../report/format.ts";
import { oneLine } from "../../report/text.ts";
import { type Screen, table } from "../screen.ts";
import { distinctKeys, type Row } from "./row.ts";

export function entryTable(rows: readonly Row[], screen: Screen): string[] {
  const now = Date.now();
  const keys = screen.terminal ? distinctKeys(rows.map(row => row.key)) : rows.map(row => row.key);
  const names = namesOf(rows);
  return table(
    [
      { title: "call", least: 12 },
      { title: "task", least: 8, spare: 2 },
      { title: "size", align: "right" },
      { title: "age", align: "right" },
      { title: "took", align: "right", spare: 1 },
      { title: "key" },
    ],
    rows.map(({ call, identity, bytes, createdAt, ms }, at) => [
      oneLine(call),
      oneLine(names.get(identity)!),
      formatSize(bytes),
      coarse(now - createdAt),
      duration(ms),
      keys[at]!,
    ]),
    screen,
  );
}

/** By identity: the bare name, or the identity where the name stands for tasks of several modules. */
function namesOf(rows: readonly Row[]): ReadonlyMap<string, string> {
  const tasks = new Map(rows.map(row => [row.identity, row.task]));
  const times = new Map<string, number>();
  for (const task of tasks.values()) times.set(task, (times.get(task) ?? 0) + 1);
  return new Map([...tasks].map(([identity, task]) => [identity, times.get(task) === 1 ? task : identity]));
}
