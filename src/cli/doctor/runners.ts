/** Starts each runner for one call, to see whether it can. */
import { startRun } from "../../run/start.ts";
import { inline } from "../../runners/inline.ts";
import { processes } from "../../runners/processes.ts";
import { threads } from "../../runners/threads.ts";
import type { Runner } from "../../task/runner.ts";
import { type Finding, wrong } from "./finding.ts";
import { examination, type Whereabouts } from "./probe.ts";

const PATIENCE_MS = 20_000;

export async function tryRunners(): Promise<Finding[]> {
  // One after the other, so that each is timed alone.
  return [
    await tryRunner("inline", () => inline()),
    await tryRunner("threads", () => threads({ workers: 1 })),
    await tryRunner("processes", () => processes({ workers: 1 })),
  ];
}

async function tryRunner(name: string, make: () => Runner): Promise<Finding> {
  const start = performance.now();
  try {
    const run = startRun(examination, [], { runner: make(), quiet: true });
    const { pid, thread } = (await inTime(run.result)) as Whereabouts;
    const ms = Math.round(performance.now() - start);
    const where = pid !== process.pid ? "in a process" : thread !== 0 ? "on a thread" : "in this process";
    return { name, state: "ok", detail: `one call ${where}, from start to end ${ms} ms` };
  } catch (error) {
    return wrong(name, error);
  }
}

function inTime(result: Promise<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${PATIENCE_MS / 1000} s`)), PATIENCE_MS);
  });
  return Promise.race([result, late]).finally(() => clearTimeout(timer));
}
