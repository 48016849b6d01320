/**
 * For unit tests: runs flows in the test's own process, where module mocks apply, and tells what happened.
 */
import type { ErrorFacts, EventReader, FailureState, HeddleEvent } from "./events/event.ts";
import type { RunSettings } from "./run/settings.ts";
import { startRun } from "./run/start.ts";
import { inline } from "./runners/inline.ts";
import { definitionOf } from "./task/task.ts";
import type { Flow, Inputs, Outcome, Task } from "./task/types.ts";

/** How `runInlineWith` runs. */
export interface InlineSettings extends Pick<RunSettings, "onError" | "strict" | "readers"> {
  /** How many calls may be under way at once; default: all. With 1, calls run one after the other. */
  readonly concurrency?: number;
  /** Wait before retries as the tasks say; default false: they are made at once. */
  readonly retryDelays?: boolean;
  /** Keep what calls print out of the test's output; default false. It is in `calls` in any case. */
  readonly quiet?: boolean;
}

/** One call of a run, as its events tell of it. */
export interface CallRecord {
  /** Such as `square-3`. */
  readonly id: string;
  /** The name of its task or flow. */
  readonly task: string;
  readonly kind: "task" | "flow";
  /** What the display calls it: by the task's `callName`, else its id. */
  readonly name: string;
  /** The id of the flow call that made it; null for the outermost. */
  readonly parent: string | null;
  /** How it ended; "pending" or "running" if it has not. */
  readonly state: "pending" | "running" | "completed" | FailureState;
  /** Attempts begun. */
  readonly attempts: number;
  /** True if it was not executed, as its result was kept or an equal call was under way. */
  readonly cached: boolean;
  /** What it printed to stdout and stderr, in order. */
  readonly output: string;
  readonly logs: readonly { readonly level: string; readonly message: string; readonly data?: unknown }[];
  /** Why it ended badly. */
  readonly error?: ErrorFacts;
}

/** A run that has ended. */
export interface InlineRun<R> {
  /** What the flow returned. Reading it throws the flow's error if it failed. */
  readonly value: R;
  /** What the flow failed with; undefined if it completed. */
  readonly error: Error | undefined;
  readonly outcome: Outcome<R>;
  readonly events: readonly HeddleEvent[];
  /** All calls in order of submission; the flow's own is the first. */
  readonly calls: readonly CallRecord[];
  /** The calls of one task or flow. */
  callsOf(task: Runnable | string): readonly CallRecord[];
}

type Runnable = { readonly taskName: string };
type Target<A extends readonly unknown[], R> = Task<A, R> | Flow<A, R>;

/**
 * Runs a task or a flow in this process, whatever runners it and its tasks name, and gives what happened. Retries are
 * made without their delays.
 *
 * It does not reject when the flow fails: reading `value` throws the error then, and `error` has it.
 *
 * @example
 * const run = await runInline(wordReport, ["https://example.org"]);
 * expect(run.value).toEqual({ the: 3 });
 * expect(run.callsOf(fetchPage)).toMatchObject([{ state: "completed", attempts: 2 }]);
 */
export function runInline<A extends readonly unknown[], R>(
  target: Target<A, R>,
  ...inputs: Inputs<A>
): Promise<InlineRun<R>> {
  return runInlineWith({}, target, ...inputs);
}

/**
 * As `runInline`, with settings.
 *
 * @example
 * const run = await runInlineWith({ concurrency: 1, quiet: true }, wordReport, urls);
 */
export async function runInlineWith<A extends readonly unknown[], R>(
  settings: InlineSettings,
  target: Target<A, R>,
  ...inputs: Inputs<A>
): Promise<InlineRun<R>> {
  const { concurrency, retryDelays = false, quiet = false, readers = [], ...others } = settings;
  const { events, reader } = collectEvents();
  const { result } = startRun(target, [...inputs], {
    ...others,
    quiet,
    inProcess: true,
    runner: inline(concurrency === undefined ? {} : { concurrency }),
    retryAtOnce: !retryDelays,
    readers: [...readers, reader],
  });
  const outcome: Outcome<R> = await result.then(
    value => ({ ok: true as const, value: value as R }),
    error => ({ ok: false as const, error: error as Error }),
  );
  return new EndedRun(outcome, events);
}

class EndedRun<R> implements InlineRun<R> {
  readonly outcome: Outcome<R>;
  readonly events: readonly HeddleEvent[];
  readonly calls: readonly CallRecord[];

  constructor(outcome: Outcome<R>, events: readonly HeddleEvent[]) {
    this.outcome = outcome;
    this.events = events;
    this.calls = callsIn(events);
  }

  get value(): R {
    if (!this.outcome.ok) throw this.outcome.error;
    return this.outcome.value;
  }

  get error(): Error | undefined {
    return this.outcome.ok ? undefined : this.outcome.error;
  }

  callsOf(task: Runnable | string): readonly CallRecord[] {
    const name = typeof task === "string" ? task : (definitionOf(task)?.name ?? task.taskName);
    return this.calls.filter(call => call.task === name);
  }
}

/**
 * A reader of events that keeps them, for `startRun(flow, inputs, { readers: [reader] })`.
 *
 * @example
 * const { events, reader } = collectEvents();
 * await startRun(report, [], { readers: [reader] }).result;
 */
export function collectEvents(): { readonly events: readonly HeddleEvent[]; readonly reader: EventReader } {
  const events: HeddleEvent[] = [];
  return {
    events,
    reader: batch => {
      for (const event of batch) events.push(event);
    },
  };
}

type Draft = { -readonly [K in keyof CallRecord]: CallRecord[K] } & { logs: CallRecord["logs"][number][] };

/** What the events of a run say of its calls, in order of submission. */
export function callsIn(events: readonly HeddleEvent[]): CallRecord[] {
  const tasks = new Map<number, { readonly name: string; readonly kind: "task" | "flow" }>();
  const calls = new Map<number, Draft>();
  const change = (number: number | null, apply: (call: Draft) => void) => {
    const call = number === null ? undefined : calls.get(number);
    if (call !== undefined) apply(call);
  };
  for (const event of events) {
    if (event.type === "taskDefined") tasks.set(event.task, event);
    else if (event.type === "submitted") {
      const { name, kind } = tasks.get(event.task)!;
      const parent = event.parent === null ? null : (calls.get(event.parent)?.id ?? null);
      for (let number = event.first; number < event.first + event.count; number++) {
        const id = `${name}-${number}`;
        calls.set(number, {
          id,
          task: name,
          kind,
          name: id,
          parent,
          state: "pending",
          attempts: 0,
          cached: false,
          output: "",
          logs: [],
        });
      }
    } else if (event.type === "named") change(event.call, call => (call.name = event.name));
    else if (event.type === "started") {
      for (const number of event.calls) {
        change(number, call => {
          call.state = "running";
          call.attempts++;
        });
      }
    } else if (event.type === "completed") {
      for (const number of event.calls) change(number, call => (call.state = "completed"));
    } else if (event.type === "cached" || event.type === "settled") {
      for (const number of event.calls) {
        change(number, call => {
          call.state = "completed";
          call.cached = true;
        });
      }
    } else if (event.type === "retrying" || event.type === "restarted") {
      change(event.call, call => (call.state = "pending"));
    } else if (event.type === "failed") {
      change(event.call, call => {
        call.state = event.state;
        call.error = event.error;
      });
    } else if (event.type === "output") change(event.call, call => (call.output += event.text));
    else if (event.type === "log") {
      const { level, message, data } = event;
      change(event.call, call => call.logs.push(data === undefined ? { level, message } : { level, message, data }));
    }
  }
  return [...calls.values()];
}
