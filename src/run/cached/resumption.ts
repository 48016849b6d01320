import type { Definition } from "../../task/definition.ts";
import type { Run } from "../run.ts";
import type { RunSettings } from "../settings.ts";
import { HELD_BACK, Journal } from "./journal.ts";
import { forget, remember, resumableOf } from "./resumable.ts";

/** Lets a run continue another, and be continued. */
export interface Resumption {
  /** Gives how many results are kept for the next run. */
  end(succeeded: boolean): Promise<number>;
}

/** @throws UsageError if there is nothing to continue. */
export function openResumption(run: Run, { identity }: Definition, settings: RunSettings): Resumption | null {
  const { resume } = settings;
  if (settings.journal !== true && resume === undefined) return null;
  const { root, id } = run;
  const earlier = resume === undefined ? null : resumableOf(root, identity, resume);
  const lineage = earlier?.lineage ?? id;
  const journal = new Journal(run, lineage, earlier !== null);
  run.journal = journal;
  if (earlier !== null) run.openGate();
  const begun = () => remember(root, { flow: identity, run: id, lineage });
  // Who is killed has no time to say so.
  const timer = setTimeout(begun, HELD_BACK).unref();
  return {
    async end(succeeded) {
      clearTimeout(timer);
      const results = await journal.end(succeeded);
      if (succeeded) forget(root, identity);
      else begun();
      return results;
    },
  };
}
