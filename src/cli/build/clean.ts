/** `heddle clean`: deletes what builds have made. */
import { rmdirSync, rmSync } from "node:fs";
import path from "node:path";
import type { TargetRecord } from "../../build/freshness/record.ts";
import type { Places } from "../../build/graph/places.ts";
import { orphanRecords } from "../../build/growth/orphans.ts";
import { formatSize } from "../../config/size.ts";
import { UsageError } from "../../errors.ts";
import { plural } from "../../report/format.ts";
import { oneLine } from "../../report/text.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { print, printJson, type Screen, stdoutScreen, table } from "../screen.ts";
import { type Ask, askUser } from "./ask.ts";
import { type Kept, type Leftover, leftovers } from "./clean-plan.ts";
import { trackedAmong } from "./git.ts";
import { look, type Opened } from "./project.ts";
import { type ChoiceFlags, mayBeMeant } from "./wishes.ts";

export interface CleanFlags extends ChoiceFlags {
  readonly orphans?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

export function cleanTargets(words: readonly string[], flags: CleanFlags, ask: Ask = askUser): Promise<ExitCode> {
  return look(words, flags, opened => clean(opened, flags, ask), { change: flags.dryRun !== true });
}

async function clean(opened: Opened, flags: CleanFlags, ask: Ask): Promise<ExitCode> {
  const { records } = opened.project.facts;
  const { places, files } = records;
  const outside = opened.config.build?.outside === true;
  const left = () => leftovers(chosen(opened, flags), { files, places, outside, tracked: trackedAmong });
  let all = left();
  let going = goingOf(all);
  if (flags.json !== true) print(lines(all, flags, stdoutScreen()));
  const does = flags.dryRun !== true && going.length > 0 && (await agreed(going, flags, ask));
  if (does) {
    // While the user thought about it, things may have changed.
    for (const { files: known, path: place } of all) for (const file of [place, ...known]) files.forget(file);
    const agreedOn = new Set(going.map(({ path: place }) => place));
    all = left().map(each => (each.kept === null && !agreedOn.has(each.path) ? { ...each, kept: "edited" } : each));
    going = goingOf(all);
    for (const each of going) remove(each, places);
    const rest = new Set(all.filter(({ kept }) => kept !== null).map(({ identity }) => identity));
    records.forget(
      going.filter(({ orphan, identity }) => orphan && !rest.has(identity)).map(({ identity }) => identity),
    );
    for (const { files: gone, path: place } of going) for (const file of [place, ...gone]) files.forget(file);
  }
  if (flags.json === true) printJson(json(all, does));
  else if (does) print([`${totals(going)}, deleted`]);
  else if (all.length > 0 && flags.dryRun !== true) print(["Nothing was deleted."]);
  return EXIT.ok;
}

function goingOf(all: readonly Leftover[]): readonly Leftover[] {
  return all.filter(({ kept }) => kept === null);
}

/** The records of targets that were named, or of all, and of those that are gone. */
function chosen({ project, choice }: Opened, { orphans }: CleanFlags): { record: TargetRecord; orphan: boolean }[] {
  const { graph, records } = project.facts;
  const gone = orphanRecords(project.facts)
    .filter(({ name }) => mayBeMeant(name, choice))
    .map(record => ({ record, orphan: true }));
  if (orphans === true) return gone;
  const present = graph.nodes.filter(project.selected).flatMap(({ identity }) => {
    const record = records.get(identity);
    return record === undefined ? [] : [{ record, orphan: false }];
  });
  return [...present, ...gone];
}

async function agreed(going: readonly Leftover[], { yes, json }: CleanFlags, ask: Ask): Promise<boolean> {
  if (yes === true) return true;
  const answer = json === true ? null : await ask(`Delete ${totals(going)}? [y/N] `);
  if (answer !== null) return answer;
  throw new UsageError({
    problem: `${totals(going)} would be deleted`,
    hint: "Add --yes to do it, or --dry-run to see what it is.",
  });
}

function remove({ path: place, isFolder }: Leftover, places: Places): void {
  rmSync(places.absolute(place), { recursive: isFolder, force: true });
  for (let folder = path.dirname(place); folder !== "." && !path.isAbsolute(folder); folder = path.dirname(folder)) {
    try {
      rmdirSync(places.absolute(folder));
    } catch {
      // Something is in it.
      return;
    }
  }
}

const WHY_KEPT: Readonly<Record<Kept, string>> = {
  edited: "kept: it is not as the build made it",
  tracked: "kept: git tracks it",
  link: "kept: it is a link, or behind one",
  outside: "kept: it lies outside the project",
  accepted: "kept: it was accepted, and not built",
};

function lines(all: readonly Leftover[], { dryRun }: CleanFlags, screen: Screen): string[] {
  if (all.length === 0) return ["Nothing that a build has made is there."];
  const rows = all.map(({ path: place, isFolder, target, orphan, size, kept }) => [
    oneLine(isFolder ? `${place}/` : place),
    formatSize(size),
    `${oneLine(target)}${orphan ? ", which is gone" : ""}`,
    kept === null ? "" : WHY_KEPT[kept],
  ]);
  const columns = [
    { title: "output", least: 16 },
    { title: "size", align: "right" as const },
    { title: "made by", least: 12 },
    { title: "" },
  ];
  const going = all.filter(({ kept }) => kept === null);
  return [...table(columns, rows, screen), "", ...(dryRun === true ? [`${totals(going)} would be deleted`] : [])];
}

function totals(going: readonly Leftover[]): string {
  const files = going.reduce((sum, each) => sum + each.files.length, 0);
  return `${plural(files, "file")}, ${formatSize(going.reduce((sum, { size }) => sum + size, 0))}`;
}

function json(all: readonly Leftover[], deleted: boolean): object {
  const shown = ({ path: place, target, orphan, size }: Leftover) => ({ path: place, target, orphan, size });
  return {
    deleted,
    outputs: all.filter(({ kept }) => kept === null).map(shown),
    kept: all.filter(({ kept }) => kept !== null).map(each => ({ ...shown(each), why: each.kept })),
  };
}
