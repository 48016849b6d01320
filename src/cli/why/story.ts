/** What the log of a run tells about one call. */
import type { Reason } from "../../cache/reason.ts";
import type { ErrorFacts, FailureState, RunStarted } from "../../events/event.ts";
import { readRunLog } from "../../events/log.ts";
import type { LoggedRun } from "../logged-runs.ts";

export type Outcome = "cached" | "completed" | FailureState | "unfinished";

export interface Story {
  readonly started: RunStarted | null;
  /** Null where its result is not kept, and where the call did not get so far. */
  readonly key: string | null;
  /** When its key was known. */
  readonly keyedAt: number;
  /** Why an entry that was there did not serve. */
  readonly told: Reason | null;
  readonly outcome: Outcome;
  readonly at: number;
  /** How long it ran; null if it did not. */
  readonly ms: number | null;
  readonly attempts: number;
  readonly error: ErrorFacts | null;
}

export async function storyOf({ log }: LoggedRun, call: number): Promise<Story> {
  let story: Story = {
    started: null,
    key: null,
    keyedAt: 0,
    told: null,
    outcome: "unfinished",
    at: 0,
    ms: null,
    attempts: 0,
    error: null,
  };
  for await (const event of readRunLog(log)) {
    switch (event.type) {
      case "runStarted":
        story = { ...story, started: event };
        break;
      case "keyed": {
        const at = event.calls.indexOf(call);
        if (at < 0) break;
        story = { ...story, key: event.keys[at] ?? null, keyedAt: event.at, told: reasonOf(event.reasons?.[at]) };
        break;
      }
      case "started":
        if (event.calls.includes(call)) story = { ...story, attempts: story.attempts + 1 };
        break;
      case "cached":
        if (event.calls.includes(call)) story = { ...story, outcome: "cached", at: event.at };
        break;
      case "completed": {
        const at = event.calls.indexOf(call);
        if (at >= 0) story = { ...story, outcome: "completed", at: event.at, ms: event.ms[at] ?? 0 };
        break;
      }
      case "failed": {
        if (event.call !== call) break;
        const { state: outcome, at, error, attempt } = event;
        const attempts = Math.max(attempt, story.attempts);
        story = { ...story, outcome, at, error, attempts, ms: attempts > 0 ? event.ms : null };
        break;
      }
      default:
    }
  }
  return story;
}

/** Null for what a newer heddle may have written. */
function reasonOf(text: string | undefined): Reason | null {
  if (text === undefined) return null;
  try {
    const reason = JSON.parse(text) as unknown;
    return typeof reason === "object" && reason !== null && "why" in reason ? (reason as Reason) : null;
  } catch {
    return null;
  }
}
