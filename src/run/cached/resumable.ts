import { hash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../../errors.ts";
import { isRunning } from "../../store/running.ts";

/** A run of a flow that did not end well, and can be continued. */
export interface Resumable {
  readonly flow: string;
  /** The last run that tried. */
  readonly run: string;
  /** The first of the runs that continue one another: what it and the later ones finished is kept under its name. */
  readonly lineage: string;
}

const folderOf = (root: string) => join(root, ".heddle", "resume");
const fileOf = (root: string, flow: string) => join(folderOf(root), `${hash("sha256", flow, "hex").slice(0, 24)}.json`);

/** Where nothing can be written, there is nothing to continue either: the journal has told of that. */
export function remember(root: string, resumable: Resumable): void {
  const file = fileOf(root, resumable.flow);
  try {
    mkdirSync(folderOf(root), { recursive: true });
    writeFileSync(`${file}.${process.pid}`, JSON.stringify(resumable));
    renameSync(`${file}.${process.pid}`, file);
  } catch {}
}

export function forget(root: string, flow: string): void {
  const file = fileOf(root, flow);
  rmSync(file, { force: true });
  // One who was killed has left what was to take its place.
  for (const name of namesIn(folderOf(root))) {
    const written = join(folderOf(root), name);
    const pid = written.startsWith(`${file}.`) ? Number(written.slice(file.length + 1)) : 0;
    if (pid > 0 && pid !== process.pid && !isRunning(pid)) rmSync(written, { force: true });
  }
}

/**
 * What `--resume` continues: the last run of the flow that did not end well, or the one that is named.
 *
 * @throws UsageError if there is none.
 */
export function resumableOf(root: string, flow: string, run: string | true): Resumable {
  const known = read(fileOf(root, flow));
  if (known !== null && (run === true || run === known.run || run === known.lineage)) return known;
  const name = flow.slice(flow.lastIndexOf("#") + 1);
  const others = all(root).filter(each => each.run === run);
  throw new UsageError({
    problem:
      run === true
        ? `there is no run of ${name} to resume`
        : `the run ${run} of ${name} is not one that can be resumed`,
    hint:
      others[0] === undefined
        ? "Only the last run of a flow can be resumed, if it failed, was interrupted or was killed. Leave --resume out to start anew."
        : `It is a run of ${others[0].flow}.`,
  });
}

function all(root: string): Resumable[] {
  return namesIn(folderOf(root)).flatMap(name => read(join(folderOf(root), name)) ?? []);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function read(file: string): Resumable | null {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Resumable;
  } catch {
    return null;
  }
}
