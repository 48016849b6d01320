/** Reasons in words. */
import type { Reason } from "./judge.ts";

const MOST_FILES = 5;

/** All of them; what has come to several inputs or outputs alike is said once. */
export function sayReasons(reasons: readonly Reason[]): string[] {
  const groups = new Map<string, Reason[]>();
  for (const [at, reason] of reasons.entries()) {
    const key = reason.why === "input" || reason.why === "output" ? `${reason.why} ${reason.change}` : `${at}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [reason]);
    else group.push(reason);
  }
  return [...groups.values()].map(sayAlike);
}

/** Reasons of one kind: one, or about inputs or outputs to which the same has come. */
function sayAlike(reasons: readonly Reason[]): string {
  const [first] = reasons;
  if (first?.why !== "input" && first?.why !== "output") return sayReason(first!);
  const names = [...new Set(reasons.map(nameOf))];
  const shown = names.length > MOST_FILES + 1 ? names.slice(0, MOST_FILES) : names;
  const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : "";
  const isOne = names.length === 1;
  const happened = { changed: isOne ? "has changed" : "have changed", added: "new", gone: "gone", missing: "missing" };
  const said = first.change === "changed" ? happened.changed : `${isOne ? "is" : "are"} ${happened[first.change]}`;
  return `the ${first.why}${isOne ? "" : "s"} ${shown.join(", ")}${more} ${said}`;
}

/** Files by their paths, values by their names. */
function nameOf(reason: Reason): string {
  if (reason.why === "output") return reason.path;
  return reason.why === "input" ? (reason.path ?? reason.at) : "";
}

function sayReason(reason: Reason): string {
  switch (reason.why) {
    case "never":
      return "it was never built";
    case "forced":
      return "forced";
    case "code":
      return reason.changed.length === 0
        ? "its code has changed"
        : `its code has changed: ${reason.changed.join("; ")}`;
    case "input":
    case "output":
      return sayAlike([reason]);
    case "returned":
      return `targets that it has returned cannot be made any more: ${reason.problem}`;
    case "upstream":
      return `it needs ${reason.targets.join(", ")}`;
  }
}
