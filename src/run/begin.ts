import { randomBytes } from "node:crypto";
import { UsageError } from "../errors.ts";
import type { Definition } from "../task/definition.ts";
import { definitionOf } from "../task/task.ts";

/** The definition of a task or flow, or of what is one already. */
export function definitionFor(target: unknown): Definition {
  const definition = isDefinition(target) ? target : definitionOf(target);
  if (definition !== undefined) return definition;
  throw new UsageError({ problem: "only a task or a flow can be run", hint: "Wrap the function in task or flow." });
}

function isDefinition(target: unknown): target is Definition {
  return typeof target === "object" && target !== null && "identity" in target && "fn" in target;
}

export function newRunId(): string {
  const stamp = new Date().toISOString().replace(/[-:T]/g, "").slice(0, 14);
  return `${stamp}-${randomBytes(3).toString("hex")}`;
}
