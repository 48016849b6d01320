/** Makes the plan of what the command line names: nothing is executed but the functions of flows. */
import type { Plan } from "../../graph/plan.ts";
import type { RunSettings } from "../../run/settings.ts";
import { EXIT } from "../exit.ts";
import { stdoutAside } from "./aside.ts";
import { type PrepareFlags, prepare } from "./prepare.ts";
import { watchForSilentEnd } from "./stalled.ts";

/** Makes the plan of a flow or task with these inputs; no task is executed. */
export type Planner = (target: unknown, inputs: unknown[], settings: RunSettings) => Promise<Plan>;

/** What flows and modules print meanwhile goes to stderr, as stdout is for the plan. */
export async function planned(given: string | undefined, flags: PrepareFlags, planner: Planner): Promise<Plan> {
  const watch = watchForSilentEnd();
  const restore = stdoutAside();
  try {
    const { target, inputs, settings } = await prepare(given, flags, watch);
    watch({
      problem: `The ${target.definition.kind} "${target.definition.name}" could not be planned to its end when nothing was left to do`,
      hint: "It awaits a promise that no timer, connection or call is left to settle, or something calls process.exit().",
      code: EXIT.failed,
    });
    const plan = await planner(target.value ?? target.definition, inputs, settings);
    // Flows that were planned only in part are stopped, and what they print on that still belongs to them.
    await new Promise(resolve => setImmediate(resolve));
    return plan;
  } finally {
    restore();
    watch(null);
  }
}
