/** `heddle cache ls`: what there is, newest first. */
import { suggest } from "../../config/nearest.ts";
import { formatSize } from "../../config/size.ts";
import { UsageError } from "../../errors.ts";
import { count, plural } from "../../report/format.ts";
import type { Store } from "../../store/store.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { print, type Screen, stdoutScreen } from "../screen.ts";
import { entryTable } from "./entries.ts";
import { type Row, rowOf } from "./row.ts";
import { type StoreFlags, withStore } from "./store.ts";

export interface ListFlags extends StoreFlags {
  readonly task?: string;
  readonly limit?: string;
}

interface Listing {
  /** Newest first, as many as were wanted. */
  readonly rows: readonly Row[];
  /** All that there are, wanted or not. */
  readonly entries: number;
  readonly bytes: number;
  /** What the whole store takes of the disk, where the whole store was asked for. */
  readonly disk?: number;
}

const IN_TERMINAL = 50;

export async function list(task: string | undefined, flags: ListFlags): Promise<ExitCode> {
  const screen = stdoutScreen();
  if (task !== undefined && flags.task !== undefined && task !== flags.task) {
    throw new UsageError({ problem: `Two tasks were given: ${task} and ${flags.task}`, hint: "Give one." });
  }
  const wanted = task ?? flags.task;
  const limit = limitOf(flags, screen);
  return withStore(flags, (store, place) => {
    const found = store === null ? { rows: [], entries: 0, bytes: 0 } : listing(store, wanted, limit);
    if (flags.json === true) print(json(place.shown, found));
    else if (found.entries === 0) print([`Nothing is cached yet in ${place.shown}.`]);
    else print(text(found, screen));
    return EXIT.ok;
  });
}

function limitOf({ limit, json: asJson }: ListFlags, { terminal }: Screen): number {
  if (limit === undefined) return terminal && asJson !== true ? IN_TERMINAL : Number.POSITIVE_INFINITY;
  if (/^[1-9]\d{0,8}$/.test(limit)) return Number(limit);
  throw new UsageError({
    problem: `--limit ${limit} is not a number of entries`,
    hint: "Give a whole number of at least 1.",
  });
}

function listing(store: Store, task: string | undefined, limit: number): Listing {
  const others = new Set<string>();
  let rows: Row[] = [];
  let [entries, bytes] = [0, 0];
  for (const entry of store.entries()) {
    const row = rowOf(entry);
    if (task !== undefined && row.task !== task && row.identity !== task) {
      others.add(row.task);
      continue;
    }
    entries++;
    bytes += row.bytes;
    rows.push(row);
    // Not all are kept where few are wanted.
    if (rows.length > 2 * limit + 1000) rows = newest(rows, limit);
  }
  if (entries === 0 && task !== undefined && others.size > 0) {
    throw new UsageError({
      problem: `The cache has nothing of a task "${task}"`,
      hint: suggest(task, [...others].sort(), "task"),
    });
  }
  return { rows: newest(rows, limit), entries, bytes, ...(task === undefined && { disk: store.stats().bytes }) };
}

function newest(rows: Row[], limit: number): Row[] {
  rows.sort((a, b) => b.createdAt - a.createdAt || (a.key < b.key ? -1 : 1));
  return rows.length > limit ? rows.slice(0, limit) : rows;
}

function text({ rows, entries, bytes, disk }: Listing, screen: Screen): string[] {
  const { paint, symbols } = screen.style;
  const more = entries - rows.length;
  return [
    ...entryTable(rows, screen),
    ...(more > 0 ? [paint("dim", `${symbols.ellipsis} and ${count(more)} more; --limit ${entries} shows all`)] : []),
    "",
    `${plural(entries, "entry", "entries")}, ${formatSize(bytes)}${disk === undefined ? "" : `; ${formatSize(disk)} on disk`}`,
  ];
}

/** One document, with an entry a line. */
function* json(store: string, { rows, ...total }: Listing): Generator<string> {
  yield `{ "store": ${JSON.stringify(store)}, "total": ${JSON.stringify(total)}, "entries": [`;
  for (const [at, row] of rows.entries()) yield `  ${JSON.stringify(row)}${at < rows.length - 1 ? "," : ""}`;
  yield "] }";
}
