/** `heddle graph`: draws what a run or a build would do, without doing it. */
import { statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { type GraphProblem, UsageError } from "../../errors.ts";
import { tellProblems } from "../build/problems.ts";
import type { ChoiceFlags } from "../build/wishes.ts";
import type { ExitCode } from "../exit.ts";
import { type Planner, planned } from "../run/planned.ts";
import type { PrepareFlags } from "../run/prepare.ts";
import { type FormatFlags, formatOf, isDrawing, ofPlan, type Writable, written } from "./format.ts";
import { planText } from "./text.ts";

export interface GraphFlags extends FormatFlags, PrepareFlags, ChoiceFlags {
  /** Not given: where there are many calls or targets. */
  readonly group?: boolean;
  /** False with `--no-files`: targets alone. */
  readonly files?: boolean;
}

/** What is drawn, and in a line what is in it. */
export interface Drawing {
  readonly drawn: Writable;
  readonly text: string;
  /** What is wrong with a graph of targets. */
  readonly problems: readonly GraphProblem[];
}

export async function graph(words: readonly string[], flags: GraphFlags, planner: Planner): Promise<ExitCode> {
  // What cannot be written should be known before user code is loaded.
  formatOf(flags);
  refuseDrawing(flags.store);
  const { drawn, text, problems } = await drawingOf(words, flags, planner);
  const content = await written(drawn, flags);
  if (flags.out === undefined) process.stdout.write(content);
  else {
    await write(flags.out, content);
    process.stderr.write(`${flags.out}: ${text}\n`);
  }
  return tellProblems(problems);
}

/** Of the flow or task in a module; of targets, where none is named. */
async function drawingOf(words: readonly string[], flags: GraphFlags, planner: Planner): Promise<Drawing> {
  if (namesFlow(words, flags)) {
    const plan = await planned(words[0], flags, planner);
    return { drawn: ofPlan(plan, { group: flags.group ?? "auto" }), text: planText(plan), problems: [] };
  }
  const { targetDrawing } = await import("./targets.ts");
  return targetDrawing(words, flags);
}

function namesFlow([word, ...more]: readonly string[], { input, args, force, store }: GraphFlags): boolean {
  if (input !== undefined || args !== undefined || store !== undefined) return true;
  if (word === undefined || more.length > 0) return Array.isArray(force);
  const file = /\.[cm]?[jt]sx?(?=:|$)/.exec(word);
  if (file === null || /\.target\.[cm]?[jt]sx?(?=:|$)/.test(word)) return false;
  // A module that is not there is told as such.
  return /:/.test(word) || !isFolder(word);
}

function isFolder(word: string): boolean {
  return statSync(word, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Other tools that draw have `-o` for their file. */
function refuseDrawing(store: string | undefined): void {
  if (store === undefined || !isDrawing(store)) return;
  throw new UsageError({
    problem: `-o ${store} names the store, the folder where results are kept`,
    hint: `To write the drawing there: --out ${store}`,
  });
}

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    throw new UsageError(
      {
        problem: `${file} cannot be written: ${code === "ENOENT" ? `there is no folder ${path.dirname(file)}` : String(error)}`,
        hint: "Make the folder first, or name another file with --out.",
      },
      { cause: error },
    );
  }
}
