import { sayReasons } from "../../build/freshness/say.ts";
import type { BuildReport } from "../../build/report.ts";
import { errorFacts } from "../../events/facts.ts";

/** The report of a build as JSON has it; `said` are the reasons in words. */
export function reportJson({ targets, ...report }: BuildReport): object {
  return {
    ...report,
    targets: targets.map(({ name, state, reasons, ms, outputs, skipped, error }) => ({
      name,
      state,
      reasons,
      said: sayReasons(reasons),
      ms,
      outputs,
      ...(skipped !== undefined && { skipped }),
      ...(error !== undefined && { error: errorFacts(error) }),
    })),
  };
}
