/** `heddle cache rm`: forgets results. */
import path from "node:path";
import { formatSize } from "../../config/size.ts";
import { UsageError } from "../../errors.ts";
import { count, plural } from "../../report/format.ts";
import { oneLine } from "../../report/text.ts";
import type { Store } from "../../store/store.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { print, printJson, type Screen, stdoutScreen, table } from "../screen.ts";
import { entryTable } from "./entries.ts";
import { Finder, type Meanings, unique } from "./find.ts";
import { type Row, rowOf } from "./row.ts";
import { nothingYet, type StoreFlags, withStore } from "./store.ts";
import { removeWreck } from "./wreck.ts";

export interface RemoveFlags extends StoreFlags {
  readonly all?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** More than these are not removed without `--yes`. */
const MANY = 100;

export async function remove(what: readonly string[], flags: RemoveFlags): Promise<ExitCode> {
  checkWords(what, flags);
  try {
    return await removeEntries(what, flags);
  } catch (error) {
    if (flags.all !== true || flags.dryRun === true || error instanceof UsageError) throw error;
    const gone = await removeWreck(error, flags);
    if (flags.json === true)
      printJson({ store: path.dirname(gone), dryRun: false, removed: null, bytes: null, entries: [] });
    else print([`${gone} could not be read, and was deleted.`]);
    return EXIT.ok;
  }
}

function removeEntries(what: readonly string[], flags: RemoveFlags): Promise<ExitCode> {
  return withStore(flags, async (store, place) => {
    if (store === null && flags.all !== true) throw nothingYet(place);
    const rows = store === null ? [] : chosen(store, what, flags);
    const bytes = rows.reduce((sum, row) => sum + row.bytes, 0);
    if (flags.dryRun !== true && flags.yes !== true) checkNumber(rows, bytes, flags);
    const removed = store === null || flags.dryRun === true ? 0 : await store.remove(rows.map(row => row.key));
    if (flags.json === true)
      printJson({ store: place.shown, dryRun: flags.dryRun === true, removed, bytes, entries: rows });
    else print(text(rows, bytes, flags));
    return EXIT.ok;
  });
}

function checkWords(what: readonly string[], { all }: RemoveFlags): void {
  if (what.length > 0 && all === true) {
    throw new UsageError({
      problem: `--all and ${what.join(" ")} were given together`,
      hint: "Give one or the other.",
    });
  }
  if (what.length === 0 && all !== true) {
    throw new UsageError({
      problem: "Nothing was said to remove",
      hint: "Give keys, calls such as score-12, or tasks; --all removes everything.",
    });
  }
}

function checkNumber(rows: readonly Row[], bytes: number, { all }: RemoveFlags): void {
  if (rows.length <= (all === true ? 0 : MANY)) return;
  throw new UsageError({
    problem: `${plural(rows.length, "entry", "entries")}, ${formatSize(bytes)}, would be removed`,
    hint: "Add --yes to do it, or --dry-run to see them.",
  });
}

function chosen(store: Store, what: readonly string[], { all }: RemoveFlags): Row[] {
  if (all === true) return Array.from(store.entries(), rowOf);
  const finder = new Finder(store);
  return unique(finder.meanings(what).flatMap(meanings => rowsMeant(finder, meanings)));
}

/** A task is all its entries; a key or a call must be one. */
function rowsMeant(finder: Finder, { word, keys, calls, tasks }: Meanings): readonly Row[] {
  const ofTask = new Set(tasks.map(row => row.key));
  // A flow called `main` makes calls that are called `main` too.
  const others = unique([...keys, ...calls]).filter(row => !ofTask.has(row.key));
  if (tasks.length === 0) return [finder.only(word, others)];
  if (others.length === 0) return tasks;
  throw new UsageError({
    problem: `"${word}" is a task, and also ${plural(others.length, "entry", "entries")} of another`,
    hint: `Give the task's identity, ${tasks[0]!.identity}, or the key of the entry: ${others[0]!.key}`,
  });
}

function text(rows: readonly Row[], bytes: number, { dryRun }: RemoveFlags): string[] {
  if (rows.length === 0) return ["Nothing is cached, so nothing was removed."];
  const screen = stdoutScreen();
  const total = `${plural(rows.length, "entry", "entries")}, ${formatSize(bytes)}`;
  if (dryRun === true) return [...entryTable(rows, screen), "", `${total}, would be removed`];
  return [...taskTable(rows, screen), "", `${total}, removed`];
}

function taskTable(rows: readonly Row[], screen: Screen): string[] {
  const tasks = new Map<string, { entries: number; bytes: number }>();
  for (const { identity, bytes } of rows) {
    const { entries, bytes: before } = tasks.get(identity) ?? { entries: 0, bytes: 0 };
    tasks.set(identity, { entries: entries + 1, bytes: before + bytes });
  }
  return table(
    [
      { title: "task", least: 12 },
      { title: "entries", align: "right" },
      { title: "size", align: "right" },
    ],
    [...tasks].map(([identity, { entries, bytes }]) => [oneLine(identity), count(entries), formatSize(bytes)]),
    screen,
  );
}
