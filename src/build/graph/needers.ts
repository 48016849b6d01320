/** Who, of those that are in the graph, may need what a target has returned. */
import { matcherOf } from "./glob.ts";
import type { TargetGraph } from "./graph.ts";
import type { Make, Read } from "./node.ts";

export function needers(
  graph: TargetGraph,
  by: number,
  returned: readonly number[],
  added: readonly number[],
): readonly number[] {
  if (returned.length === 0) return [];
  const makes = added.flatMap(number => graph.nodes[number]!.makes);
  const files = new Set(makes.map(({ path }) => path));
  const isNew = new Set(added);
  const found: number[] = [];
  for (const { number, reads, after } of graph.nodes) {
    const follows = after.some(each => {
      const other = graph.numberOf(each)!;
      return other === by || graph.returnedBy(other).has(by);
    });
    if (follows || (!isNew.has(number) && reads.some(read => mayRead(read, files, makes)))) found.push(number);
  }
  return found;
}

function mayRead({ kind, paths }: Read, files: ReadonlySet<string>, makes: readonly Make[]): boolean {
  if (kind === "result") return false;
  if (kind === "files") {
    return paths.some(pattern => {
      const { matches, mayMatchIn } = matcherOf(pattern);
      return makes.some(make => (make.kind === "dir" ? mayMatchIn(make.path) : matches(make.path)));
    });
  }
  const path = paths[0]!;
  if (files.has(path)) return true;
  const isWhole = kind === "dir" || kind === "dirFiles";
  return makes.some(
    make => (make.kind === "dir" && path.startsWith(`${make.path}/`)) || (isWhole && make.path.startsWith(`${path}/`)),
  );
}
