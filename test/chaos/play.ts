/** Plays one round, and judges it. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Store } from "../../src/store/store.ts";
import { Coordinator, type Ended } from "./coordinator.ts";
import { disorder, haste } from "./events.ts";
import { expectedOf, keptCalls } from "./expected.ts";
import type { Tally } from "./faults.ts";
import { lingering, remains } from "./leftovers.ts";
import { type Line, readLog } from "./log.ts";
import { allCalls, type Round, type RunPlan } from "./round.ts";
import { Stage } from "./stage.ts";
import { excesses } from "./use.ts";

const UNDISTURBED: RunPlan = { end: null, fill: null, together: false };

/** What is wrong after a round, in words. */
export async function play(round: Round, tally: Tally): Promise<string[]> {
  const stage = new Stage(round, tally.disks);
  try {
    const ends = await perform(round, stage, tally);
    const left = await lingering(stage.mark);
    const lines = readLog(stage.log);
    countFaults(round, stage, lines, tally);
    const wasFull = ends.some(({ filled }) => filled);
    const problems = [...ends.flatMap(ended => judge(round, ended, lines, wasFull)), ...left];
    if (problems.length > 0) return problems;
    // What found no room was not kept.
    const kept = wasFull && round.runs.some(({ together }) => together) ? new Set<string>() : keptCalls(round);
    return await afterwards(
      round,
      stage,
      { kept, resumable: canBeResumed(round, ends) },
      new Coordinator(round, stage, ends.length, { plan: UNDISTURBED, tally, isCalm: true }),
    );
  } finally {
    await lingering(stage.mark);
    if (process.env["KEEP"] === undefined) stage.strike();
    else console.log(`The folder of seed ${round.seed} is ${stage.folder}`);
  }
}

/** The runs of the round, one after the other or some together. */
async function perform(round: Round, stage: Stage, tally: Tally): Promise<Ended[]> {
  const ends: Ended[] = [];
  let under: Promise<Ended>[] = [];
  for (const [run, plan] of round.runs.entries()) {
    if (!plan.together) ends.push(...(await Promise.all(under.splice(0))));
    under.push(new Coordinator(round, stage, run, { plan, tally }).ended());
  }
  ends.push(...(await Promise.all(under)));
  under = [];
  return ends;
}

function judge(round: Round, ended: Ended, lines: readonly Line[], wasFull: boolean): string[] {
  const { run, report, events, struck, problems } = ended;
  const where = (problem: string) => `run ${run}: ${problem}`;
  const own = lines.filter(line => line.run === run);
  const labels = new Map(allCalls(round.calls).map(call => [call.id, { ...call.labels, [call.kind]: 1 }]));
  const has = (id: string, label: string) => label in (labels.get(id) ?? {});
  const found = [
    ...excesses(own, round.limits, round.workers * round.concurrency),
    ...disorder(events, report !== null),
    ...haste(events, round.limits, has),
  ];
  if (report === null) {
    if (struck === null) found.push("it has said nothing");
  } else {
    found.push(...report.left.map(path => `it has left open ${path}`));
    // Where there is no room to begin an index, a run says so and does not begin.
    const hadNoRoom = (ended.filled || wasFull) && /cannot be used: the disk is full/.test(report.error ?? "");
    if (report.error !== undefined && struck !== "SIGTERM" && !hadNoRoom) found.push(`it failed: ${report.error}`);
    // Runs share the disk, and some are at it together.
    const filled = ended.filled || (wasFull && round.runs.some(({ together }) => together));
    const mayFail = filled || struck === "SIGTERM";
    if (report.value !== undefined) found.push(...wrongValues(round, report.value, mayFail));
    const known = filled
      ? /disk is full|no room|no space|ENOSPC|kept this process busy|counted for nothing|not kept for --resume/i
      : /kept this process busy|counted for nothing|not kept for --resume/;
    found.push(...report.warnings.filter(text => !known.test(text)).map(text => `it warned: ${text}`));
  }
  return [...problems, ...found.map(where)];
}

function wrongValues(
  round: Round,
  value: NonNullable<NonNullable<Ended["report"]>["value"]>,
  mayFail: boolean,
): string[] {
  const expected = expectedOf(round);
  const found: string[] = [];
  for (const [at, { id, digest, mayFail: mayFailItself }] of expected.entries()) {
    const one = value[at];
    if (one === undefined) found.push(`${id} gave nothing`);
    else if (one.digest !== undefined) {
      if (one.digest !== digest) found.push(`${id} gave ${one.digest}, not ${digest}`);
    } else if (!mayFail && !mayFailItself) found.push(`${id} is ${one.state}: ${one.error}`);
  }
  return found;
}

/** One more run in which nothing goes wrong: nothing is lost, and nothing is left. */
async function afterwards(
  round: Round,
  stage: Stage,
  { kept, resumable }: { readonly kept: ReadonlySet<string>; readonly resumable: boolean },
  coordinator: Coordinator,
): Promise<string[]> {
  const ended = await coordinator.ended();
  const left = await lingering(stage.mark);
  const lines = readLog(stage.log).filter(line => line.run === ended.run);
  const problems = [...ended.problems, ...left];
  if (ended.report?.error !== undefined) problems.push(`afterwards it failed: ${ended.report.error}`);
  if (ended.report?.value !== undefined) {
    problems.push(...wrongValues(round, ended.report.value, false).map(text => `afterwards ${text}`));
  }
  const again = new Set(lines.filter(({ turn, id }) => turn === "start" && kept.has(id)).map(({ id }) => id));
  problems.push(...[...again].map(id => `${id} was executed again, though its result was kept`));
  problems.push(...remains(stage.folder, resumable));
  if (round.cache && existsSync(join(stage.store, "cache"))) problems.push(...(await damages(stage.store)));
  return problems;
}

/** Whether a run that did not end well may be the last that had to do with what `--resume` goes by. */
function canBeResumed({ journal, runs }: Round, ends: readonly Ended[]): boolean {
  if (!journal) return false;
  const succeeded = ends.map(({ report }) => report?.value !== undefined);
  // Which of those that ran together came last cannot be told.
  return succeeded.at(-1) === false || (runs.some(({ together }) => together) && succeeded.includes(false));
}

async function damages(folder: string): Promise<string[]> {
  const store = Store.open(folder);
  try {
    const problems: string[] = [];
    await store.verify(({ call, problem }) => problems.push(`the entry of ${call} is damaged: ${problem}`));
    const { orphans } = await store.verify(() => {});
    if (orphans > 0) problems.push(`${orphans} files of nobody are left in the store after they were removed`);
    return problems;
  } finally {
    await store.close();
  }
}

/** What happened inside tasks and on the way to them. */
function countFaults(round: Round, stage: Stage, lines: readonly Line[], tally: Tally): void {
  for (const { act = null } of lines) if (act !== null) tally.count(`task ${act}`);
  for (const [number, { kind, side }] of round.channel.entries()) {
    if (existsSync(join(stage.out, `fault-${number}`))) tally.count(`channel ${kind} ${side}`);
  }
  if (round.cancels.length > 0) tally.count("cancel", round.cancels.length);
  for (const fault of round.custom) if (fault !== null) tally.count(`custom ${fault}`);
}
