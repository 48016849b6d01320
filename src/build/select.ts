/** Which targets are to be built. */
import { suggest } from "../config/nearest.ts";
import { UsageError } from "../errors.ts";
import type { TargetRecord } from "./freshness/record.ts";
import type { TargetNode } from "./graph/node.ts";

export type Selects = (node: TargetNode) => boolean;

/** By name: of one target, such as `part(3)`, or of all of a family, such as `part`. */
export function byNames(names: readonly string[]): Selects {
  const wanted = new Set(names);
  return ({ name, identity, target }) =>
    wanted.has(name) || wanted.has(identity) || wanted.has(target.family.definition.name);
}

/** @throws UsageError for a name that no target has: neither now, nor of those that targets have returned before. */
export function checkNames(
  names: readonly string[],
  nodes: readonly TargetNode[],
  records: Iterable<TargetRecord>,
): void {
  const known = new Set(nodes.flatMap(({ name, identity, target }) => [name, identity, target.family.definition.name]));
  const missing = names.filter(name => !known.has(name));
  if (missing.length === 0) return;
  const returned = new Set([...records].map(({ name }) => name));
  const unknown = missing.find(name => !returned.has(name));
  if (unknown === undefined) return;
  const problem = `There is no target "${unknown}"`;
  throw new UsageError({ problem, hint: suggest(unknown, [...new Set(nodes.map(({ name }) => name))], "target") });
}
