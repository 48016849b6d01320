import { CrashedError } from "../errors.ts";
import type { Attempt } from "../task/runner.ts";
import type { Entry, Member } from "./member.ts";

/** What becomes of the calls that a dead worker had begun. */
export interface Verdict {
  /** The call that killed it, where that is known. */
  readonly crashed: Attempt | null;
  /** Calls that run again. */
  readonly lost: readonly number[];
  /** Those of them that may have been the one; each runs again alone. */
  readonly suspects: readonly number[];
  /** Calls that nobody waits for any more. */
  readonly released: readonly number[];
}

/**
 * Finds the call that killed a worker. The error that nobody caught says whose it was; with one call at a time it is
 * the last that was claimed, as those before it have ended; else every call under way is a suspect.
 */
export function autopsy(
  member: Member,
  begun: ReadonlyMap<number, Entry>,
  waited: ReadonlySet<Entry>,
  cause: string,
): Verdict {
  const released = [...begun.values()].filter(entry => entry.cancelled).map(entry => entry.call.id);
  const alive = [...begun].filter(([, entry]) => !entry.cancelled);
  const ids = alive.map(([, entry]) => entry.call.id);
  const onlyWaits = [...begun.values()].every(entry => waited.has(entry));
  const culprit = culpritOf(member, begun, alive, onlyWaits);
  if (culprit === undefined) {
    return { crashed: null, lost: ids, suspects: member.fatal === null ? ids : [], released };
  }
  if (culprit.cancelled) return { crashed: null, lost: ids, suspects: [], released };
  const { id } = culprit.call;
  const crashed: Attempt = { id, state: "crashed", error: crash(member, culprit, cause), ms: 0, worker: member.number };
  return { crashed, lost: ids.filter(other => other !== id), suspects: [], released };
}

function culpritOf(
  member: Member,
  begun: ReadonlyMap<number, Entry>,
  alive: readonly (readonly [number, Entry])[],
  onlyWaits: boolean,
): Entry | undefined {
  // An error out of a call that has ended, as by a timer that it left behind, is no fault of those under way.
  if (member.fatal !== null && member.fatal.seq > 0) return begun.get(member.fatal.seq);
  // Of several that only wait for others it may have been any.
  if (onlyWaits) return begun.size === 1 ? alive[0]?.[1] : undefined;
  if (member.concurrency === 1) return [...begun.values()].at(-1);
  return begun.size === 1 ? alive[0]?.[1] : undefined;
}

function crash(member: Member, entry: Entry, cause: string): Error {
  const error = member.fatal?.error;
  const words = member.lastWords.shown;
  const details = {
    task: `${entry.call.task.name}-${entry.call.id}`,
    cause: error === undefined ? member.lastWords.causeOf(cause) : `nobody caught ${error.name}: ${error.message}`,
    hint: words === "" ? HINT : `Its last words:\n${indent(words)}`,
  };
  return new CrashedError(details, error === undefined ? undefined : { cause: error });
}

const HINT = "Look for process.exit, native code and a shortage of memory in what the task runs.";

function indent(text: string): string {
  return text.replace(/^/gm, "    ");
}
