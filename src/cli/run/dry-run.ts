/** `heddle run --dry-run`: says what a run would do, and why. */
import { planRun } from "../../run/plan.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { print, printJson, stdoutScreen } from "../screen.ts";
import type { RunFlags } from "./execute.ts";
import { planLines } from "./plan-lines.ts";
import { planned } from "./planned.ts";

export async function dryRun(given: string | undefined, flags: RunFlags): Promise<ExitCode> {
  const plan = await planned(given, flags, planRun);
  if (flags.json === true) printJson(plan);
  else print(planLines(plan, stdoutScreen()));
  return EXIT.ok;
}
