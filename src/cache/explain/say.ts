/** Reasons as sentences. */
import ms from "ms";
import type { CodeChange, Reason } from "../reason.ts";

const MOST_CHANGES = 4;
const MOST_PATHS = 3;
const MOST_CALLS = 3;

/**
 * One plain sentence, such as `code changed: normalise in src/text.ts` or `input changed: rows[3].name of table`.
 *
 * @param now Milliseconds since the epoch, for what expired.
 */
export function sayReason(reason: Reason, now: number = Date.now()): string {
  switch (reason.why) {
    case "neverRun":
      return "never run";
    case "codeChanged":
      return reason.changes.length === 0
        ? "code changed"
        : `code changed: ${listed(changed(reason.changes), MOST_CHANGES)}`;
    case "inputChanged": {
      const inside = reason.paths.filter(path => path !== "");
      const where = inside.length === 0 ? "" : `${listed(inside, MOST_PATHS)} of `;
      return `input changed: ${where}${reason.parameter}`;
    }
    case "upstreamChanged":
      return `upstream changed: ${reason.call} (parameter ${reason.parameter})`;
    case "upstreamRuns":
      return reason.calls.length === 0
        ? "something that it needs would run"
        : `needs what would run: ${listed(reason.calls, MOST_CALLS)}`;
    case "childChanged":
      return `child changed: ${reason.task}${reason.reason === "" ? "" : ` (${reason.reason})`}`;
    case "expired":
      return now - reason.at < 1000 ? "expired just now" : `expired ${ms(now - reason.at, { long: true })} ago`;
    case "damaged":
      return `its entry is damaged: ${reason.problem}`;
    case "fileChanged":
      return reason.how === "missing" ? `file missing: ${reason.path}` : `file changed: ${reason.path}`;
    case "optionChanged":
      return `option changed: ${reason.option}`;
    case "forced":
      return "forced";
    case "cacheOff":
      return "cache off";
  }
}

/** All of them, in one line. */
export function sayReasons(reasons: readonly Reason[], now: number = Date.now()): string {
  return reasons.map(reason => sayReason(reason, now)).join("; ");
}

function listed(items: readonly string[], most: number): string {
  // "and 1 more" would take the place of what it does not say.
  if (items.length <= most + 1) return items.join(", ");
  return `${items.slice(0, most).join(", ")} and ${items.length - most} more`;
}

/** What was taken away here and added there is one change: a declaration that moved, a package of another version. */
function changed(changes: readonly CodeChange[]): string[] {
  const removed = new Map<string, CodeChange[]>();
  for (const change of changes) {
    if (change.how !== "removed") continue;
    const identity = identityOf(change);
    removed.set(identity, [...(removed.get(identity) ?? []), change]);
  }
  const moved = new Set<CodeChange>();
  const texts: string[] = [];
  for (const change of changes) {
    if (change.how === "removed") continue;
    const from = change.how === "added" ? removed.get(identityOf(change))?.shift() : undefined;
    if (from === undefined) texts.push(one(change));
    else {
      moved.add(from);
      texts.push(between(from, change));
    }
  }
  for (const change of changes) if (change.how === "removed" && !moved.has(change)) texts.push(one(change));
  return texts;
}

const PACKAGE = "(package)";

function identityOf({ file, name }: CodeChange): string {
  if (name === PACKAGE) return `package ${nameAndVersion(file)[0]}`;
  return name.startsWith("(") ? `${name} of ${file}` : name;
}

function between(from: CodeChange, to: CodeChange): string {
  if (to.name !== PACKAGE) return `${to.name}, moved from ${from.file} to ${to.file}`;
  const [name, version] = nameAndVersion(to.file);
  return `${name} ${nameAndVersion(from.file)[1]} to ${version}`;
}

/** By file: `score, normalise (new) in src/text.ts`, and for each package a text of its own. */
export function sayChanges(changes: readonly CodeChange[]): string[] {
  const byFile = new Map<string, string[]>();
  const rest: CodeChange[] = [];
  for (const change of changes) {
    if (change.name === PACKAGE || change.name === "(module)") rest.push(change);
    else byFile.set(change.file, [...(byFile.get(change.file) ?? []), `${bareName(change.name)}${MARKS[change.how]}`]);
  }
  return [
    ...[...byFile].map(([file, names]) => `${listed([...new Set(names)], MOST_CHANGES)} in ${file}`),
    ...changed(rest),
  ];
}

const MARKS = { changed: "", added: " (new)", removed: " (gone)" } as const;

function bareName(name: string): string {
  return name === "(effects)" || name === "(statement)" ? "statements at the top level" : name;
}

function one({ file, name, how }: CodeChange): string {
  const place = placeText(file, name);
  return `${place}${MARKS[how]}`;
}

function placeText(file: string, name: string): string {
  switch (name) {
    case PACKAGE:
    case "(module)":
      return file;
    case "(effects)":
    case "(statement)":
      return `statements at the top level of ${file}`;
    default:
      return `${name} in ${file}`;
  }
}

function nameAndVersion(file: string): [name: string, version: string] {
  const at = file.lastIndexOf("@");
  return at <= 0 ? [file, ""] : [file.slice(0, at), file.slice(at + 1)];
}
