/** Reasons in words. */
import type { Reason } from "./judge.ts";

export function sayReason(reason: Reason): string {
  switch (reason.why) {
    case "never":
      return "it was never built";
    case "forced":
      return "forced";
    case "code":
      return reason.changed.length === 0
        ? "its code has changed"
        : `its code has changed: ${reason.changed.join(", ")}`;
    case "input":
      return sayInput(reason);
    case "output":
      return `the output ${reason.path} ${reason.change === "missing" ? "is missing" : "has changed"}`;
    case "returned":
      return `targets that it has returned cannot be made any more: ${reason.problem}`;
    case "upstream":
      return `it needs ${reason.targets.join(", ")}`;
  }
}

function sayInput({ at, path, change }: Extract<Reason, { why: "input" }>): string {
  const what = path === null ? `the input ${at}` : `the input ${path}`;
  if (change === "changed") return `${what} has changed`;
  return change === "added" ? `${what} is new` : `${what} is gone`;
}
