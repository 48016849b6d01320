/** What a worker does of a target: paths to write to, the user's function, and a look at what it has made. */

import { existsSync, mkdirSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { MissingOutputError } from "../../errors.ts";
import { FileDigests } from "../../store/file-digests.ts";
import { shared } from "../../task/shared.ts";
import type { AnyBody } from "../declare/registry.ts";
import { carriedBack, unpackCarriage } from "./carry.ts";
import { folderDigest } from "./folder.ts";
import type { Job, Made, MadeOutput, OutputJob } from "./job.ts";
import { returnedIn } from "./returned.ts";
import { STAGE } from "./stage.ts";
import { within } from "./within.ts";

export async function perform(job: Job, body: AnyBody): Promise<Made> {
  if (job.carried !== null) return performAbroad(job, body);
  // Each attempt has its own, as one that was given up may go on.
  const staged = stagedAt(job, `${job.stage}.${shared.ambient.getStore()?.call?.attempt ?? 1}`);
  try {
    return await produce(job, body, staged, path => (existsSync(path) && job.stage !== null ? path : undefined));
  } catch (error) {
    if (job.stage !== null) for (const path of staged) rmSync(path, { recursive: true, force: true });
    throw error;
  }
}

/** Where the disk is another one: in a folder that goes again, with all that the job has brought. */
async function performAbroad(job: Job, body: AnyBody): Promise<Made> {
  const { base, localOf } = unpackCarriage(job.carried!);
  try {
    const fillings = job.fillings.map(each => ({
      ...each,
      value: each.isPath ? moved(each.value, localOf) : each.value,
    }));
    const staged = job.makes.map(({ path }) => join(base, "made", localOf(path).slice(base.length)));
    const previous = (path: string) => (existsSync(localOf(path)) ? localOf(path) : undefined);
    const made = await produce({ ...job, fillings }, body, staged, previous);
    return { ...made, carried: carriedBack(made.outputs) };
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}

async function produce(
  job: Job,
  body: AnyBody,
  staged: readonly string[],
  previous: (path: string) => string | undefined,
): Promise<Made> {
  const { makes } = job;
  for (const [at, path] of staged.entries()) {
    // A worker that died may have left something there.
    if (job.stage !== null && existsSync(path)) rmSync(path, { recursive: true, force: true });
    mkdirSync(makes[at]!.kind === "dir" ? path : dirname(path), { recursive: true });
  }
  const paths = new Map(makes.map(({ path }, at) => [path, staged[at]!]));
  const outputs = replaced(job.outputs, path => paths.get(path)!);
  const more = {
    get previous() {
      return replaced(job.outputs, previous);
    },
  };
  const began = Date.now();
  const act = () => body(equipped(job) as never, outputs as never, more as never);
  const value = await (job.carried === null ? within.run(job.root, act) : act());
  const made = await lookAt(job, staged, began);
  const { rest, returned } = returnedIn(value, job.target);
  return { value: rest, returned, outputs: made, carried: null };
}

/** The places where outputs are made. */
function stagedAt({ makes, stage }: Job, name: string): readonly string[] {
  return makes.map(({ path }) => (stage === null ? path : join(dirname(path), STAGE, name, basename(path))));
}

/** What was made; throws if something was not. */
async function lookAt(job: Job, staged: readonly string[], began: number): Promise<readonly MadeOutput[]> {
  const { target, makes } = job;
  const missing = makes.filter((make, at) => !isThere(make, staged[at]!));
  if (missing.length > 0) {
    const outputs = missing.map(({ place }) => place).join(" and ");
    throw new MissingOutputError({ target, outputs, hint: hintFor(job, missing, began) });
  }
  const digests = new FileDigests(null);
  return Promise.all(
    makes.map(async ({ kind }, at) => {
      const from = staged[at]!;
      if (kind === "dir") return { from, ...(await folderDigest(from, digests)) };
      const { digest, size } = (await digests.soon(from))!;
      return { from, digest, size, files: null };
    }),
  );
}

/** Clocks of file systems are a little behind. */
const BEHIND = 20;

function hintFor({ stage }: Job, missing: readonly OutputJob[], began: number): string {
  const written = missing.find(({ path }) => {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stage !== null && stat !== undefined && stat.mtimeMs >= began - BEHIND;
  });
  if (written === undefined) {
    return "Write to the paths that the function gets as its second parameter, and await that before it returns.";
  }
  return `Something was written to ${written.place} itself: write to the path that the function gets as its second parameter, which is another one, and becomes that when all went well. Or say atomic: false.`;
}

function isThere({ kind }: OutputJob, path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return kind === "dir" ? stat?.isDirectory() === true : stat?.isFile() === true;
}

/** The inputs as the function gets them. */
function equipped({ inputs, fillings }: Job): unknown {
  return fillings.reduce((all: unknown, { keys, value }) => withPart(all, keys, value), inputs);
}

/** A copy, as others may hold what was sent. */
function withPart(structure: unknown, [key, ...keys]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  const copy = (Array.isArray(structure) ? [...structure] : { ...(structure as object) }) as Record<string, unknown>;
  copy[key] = withPart(copy[key], keys, value);
  return copy;
}

/** The same structure of arrays and objects with something else in the places of its texts. */
function replaced(structure: unknown, give: (text: string) => unknown): unknown {
  if (typeof structure === "string") return give(structure);
  if (Array.isArray(structure)) return structure.map(part => replaced(part, give));
  return Object.fromEntries(Object.entries(structure as object).map(([key, part]) => [key, replaced(part, give)]));
}

function moved(value: unknown, localOf: (path: string) => string): unknown {
  if (typeof value === "string") return localOf(value);
  return Array.isArray(value) ? value.map(each => moved(each, localOf)) : value;
}
