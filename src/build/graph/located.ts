/** Problems of a graph with where their targets are defined, and with what may have been meant by a path. */
import { readdirSync } from "node:fs";
import path from "node:path";
import { nearest } from "../../config/nearest.ts";
import type { GraphProblem } from "../../errors.ts";
import type { TargetGraph } from "./graph.ts";
import { isOutside } from "./places.ts";

const MOST = 20;

export function located(problems: readonly GraphProblem[], graph: TargetGraph): GraphProblem[] {
  const homes = new Map<string, string[]>();
  for (const { name, target } of graph.nodes) {
    const where = graph.places.of(target.where);
    const known = homes.get(name);
    if (known === undefined) homes.set(name, [where]);
    else known.push(where);
  }
  return problems.map((problem, at) => {
    if (at >= MOST) return problem;
    const says = problem.says.replaceAll(`${graph.places.root}/`, "");
    const names = [...new Set(problem.targets)];
    const places = names.flatMap(name => (homes.get(name) ?? []).map(where => ({ name, where })));
    const lines = places
      .filter(({ where }) => !says.includes(where))
      .slice(0, MOST)
      .map(({ name, where }) => `\n    ${names.length > 1 ? `${name} ` : ""}at ${where}`);
    return { ...problem, says: says + lines.join(""), hint: hintFor(problem, graph) };
  });
}

function hintFor({ kind, paths: [wanted], hint }: GraphProblem, { nodes, places }: TargetGraph): string {
  if (kind !== "missingInput" || wanted === undefined || /[*?{[]/.test(wanted)) return hint;
  const made = nodes.flatMap(({ makes }) => makes.map(make => make.path));
  const near = nearest(wanted, [...besides(places.absolute(wanted)).map(file => places.of(file)), ...made]);
  if (near !== undefined && near !== wanted) return `Did you mean ${near}?`;
  return isOutside(wanted) ? hint : `${hint} It starts at ${places.root}.`;
}

/** What lies in the folder in which a file is missing. */
function besides(missing: string): string[] {
  const folder = path.dirname(missing);
  try {
    return readdirSync(folder).map(name => path.join(folder, name));
  } catch {
    return [];
  }
}
