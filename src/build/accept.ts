/** The present state of targets, recorded as up to date. */
import { GraphError, type GraphProblem } from "../errors.ts";
import type { Facts } from "./facts/facts.ts";
import { MISSING, type TargetFacts } from "./freshness/judge.ts";
import type { TargetRecord } from "./freshness/record.ts";
import type { TargetNode } from "./graph/node.ts";

/**
 * Records targets as they are now: code, inputs, outputs. What a target returned stays as it was known.
 *
 * @throws GraphError, and records nothing, if an input or output is not there.
 */
export function accept(facts: Facts, nodes: readonly TargetNode[]): void {
  const problems = nodes.flatMap(node => missingFrom(facts, node));
  if (problems.length > 0) throw new GraphError(problems);
  const { records, code } = facts;
  for (const node of nodes) {
    const { identity, name, target } = node;
    const known = records.get(identity);
    const { reads, makes, code: digest } = facts.of(node);
    code.keep(code.of(target.family));
    records.put({
      identity,
      name,
      code: digest,
      reads,
      makes: makes.map(each => ({ ...each, size: records.files.at(each.path).size })),
      result: known?.result ?? null,
      returned: known?.returned ?? [],
      ms: known?.ms ?? 0,
      at: Date.now(),
      run: known !== undefined && isAsMade(makes, known) ? known.run : "",
    });
  }
}

/** Otherwise no run has made what is there, and it is not for `clean` to delete. */
export function isAsMade(makes: TargetFacts["makes"], { makes: before }: TargetRecord): boolean {
  const made = new Map(before.map(({ path, digest }) => [path, digest]));
  return makes.every(({ path, digest }) => made.get(path) === digest);
}

function missingFrom(facts: Facts, { name, identity, target, reads, makes }: TargetNode): GraphProblem[] {
  if (facts.graph.givesResult(target) && facts.records.get(identity) === undefined) {
    const says = `${name} cannot be accepted: another target takes its result, and it was never built`;
    return [{ kind: "missingOutput", says, hint: "Build it: heddle build.", targets: [name], paths: [] }];
  }
  const inputs = reads.flatMap(read => facts.filesOf(read)).map(path => ({ path, what: "input" }));
  const outputs = makes.map(({ path }) => ({ path, what: "output" }));
  return [...inputs, ...outputs]
    .filter(({ path }) => facts.records.files.at(path).digest === MISSING)
    .map(({ path, what }) => ({
      kind: what === "input" ? "missingInput" : "missingOutput",
      says: `${name} cannot be accepted: its ${what} ${path} is not there`,
      hint: "What is not there has to be built: heddle build.",
      targets: [name],
      paths: [path],
    }));
}
