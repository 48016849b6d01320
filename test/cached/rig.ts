/** Whole runs on a store of their own, and what was executed in them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { flow, type Resolved, type RunSettings, startRun } from "heddle";
import { type CallRecord, callsIn, collectEvents } from "heddle/testing";
import { onTestFinished } from "vitest";
import type { Bench } from "../cases/places.ts";

/** A folder that goes when the test has ended. */
export function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "heddle-cached-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** What came of one run. */
export class Ended<R> {
  readonly calls: readonly CallRecord[];
  readonly warnings: readonly string[];
  /** What tasks and flows told during the run, sorted. */
  readonly told: readonly string[];
  private readonly outcome: { readonly value: Resolved<R> } | { readonly error: Error };

  constructor(
    outcome: { readonly value: Resolved<R> } | { readonly error: Error },
    calls: readonly CallRecord[],
    warnings: readonly string[],
    told: readonly string[],
  ) {
    this.outcome = outcome;
    this.calls = calls;
    this.warnings = warnings;
    this.told = told;
  }

  get value(): Resolved<R> {
    if ("error" in this.outcome) throw this.outcome.error;
    return this.outcome.value;
  }

  get error(): Error | undefined {
    return "error" in this.outcome ? this.outcome.error : undefined;
  }
}

let made = 0;

/** Runs `body`, which may interrupt it, as a flow that is not cached, in the place of the bench, on the store in `where`. */
export async function runOn<R>(
  bench: Pick<Bench, "channel" | "runner">,
  where: string,
  body: (interrupt: () => void) => R | PromiseLike<R>,
  { cache, ...settings }: RunSettings = {},
): Promise<Ended<R>> {
  const { channel } = bench;
  const { events, reader } = collectEvents();
  const before = channel.heard.length;
  const target = flow(`run ${++made}`, async () => {
    try {
      return await body(() => started.interrupt());
    } catch (error) {
      // An expectation that fails is not to wait for tasks that wait for the test.
      channel.passAll();
      throw error;
    }
  });
  const started = startRun(target, [], {
    runner: bench.runner(),
    quiet: true,
    readers: [reader],
    ...settings,
    cache: { folder: where, ...cache },
  });
  const outcome = await started.result.then(
    value => ({ value: value as Resolved<R> }),
    error => ({ error: error as Error }),
  );
  const warnings = events.flatMap(event => (event.type === "warning" ? [event.message] : []));
  return new Ended(outcome, callsIn(events).slice(1), warnings, channel.heard.slice(before).sort());
}
