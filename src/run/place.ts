import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { findRoot } from "../config/find.ts";
import type { Definition } from "../task/definition.ts";
import { packageOf } from "../task/identity.ts";

/** The root of the project that a task belongs to. */
export function rootOf(definition: Definition): string {
  if (definition.module === null) return process.cwd();
  const folder = dirname(fileURLToPath(definition.module));
  return packageOf(folder) === null ? folder : findRoot(folder);
}
