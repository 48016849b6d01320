/** `heddle graph`: draws what a run would do, without running it. */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { UsageError } from "../../errors.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { type Planner, planned } from "../run/planned.ts";
import type { PrepareFlags } from "../run/prepare.ts";
import { type FormatFlags, formatOf, isDrawing, written } from "./format.ts";
import { planText } from "./text.ts";

export interface GraphFlags extends FormatFlags, PrepareFlags {
  /** Not given: where there are many calls. */
  readonly group?: boolean;
}

export async function graph(given: string | undefined, flags: GraphFlags, planner: Planner): Promise<ExitCode> {
  // What cannot be written should be known before user code is loaded.
  formatOf(flags);
  refuseDrawing(flags.store);
  const plan = await planned(given, flags, planner);
  const text = await written(plan, flags, { group: flags.group ?? "auto" });
  if (flags.out === undefined) process.stdout.write(text);
  else {
    await write(flags.out, text);
    process.stderr.write(`${flags.out}: ${planText(plan)}\n`);
  }
  return EXIT.ok;
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
