/** Targets as a tree: modules, what they define, and the files of that. */
import type { TargetGraph } from "../../build/graph/graph.ts";
import type { Read, TargetNode } from "../../build/graph/node.ts";
import { moduleOf } from "../../build/selection/select.ts";
import { plural } from "../../report/format.ts";
import type { Style } from "../../report/style.ts";
import { cut, oneLine } from "../../report/text.ts";
import type { Screen } from "../screen.ts";

/** Modules by their paths, targets in the order in which they are defined. */
export function treeLines(
  graph: TargetGraph,
  nodes: readonly TargetNode[],
  files: boolean,
  { style, columns }: Screen,
): string[] {
  const modules = new Map<string, TargetNode[]>();
  for (const node of nodes) {
    const module = moduleOf(node, graph.places) ?? "(no file)";
    const known = modules.get(module);
    if (known === undefined) modules.set(module, [node]);
    else known.push(node);
  }
  const lines = [...modules.keys()]
    .sort()
    .flatMap(module => [
      style.paint("bold", oneLine(module)),
      ...modules.get(module)!.flatMap(node => targetLines(graph, node, files, style)),
    ]);
  const totals = `${plural(nodes.length, "target")} in ${plural(modules.size, "module")}`;
  return [...lines.map(line => cut(line, columns, style.symbols.ellipsis)), "", totals];
}

function targetLines(
  graph: TargetGraph,
  { name, target, reads, makes, after }: TargetNode,
  files: boolean,
  style: Style,
): string[] {
  const { tags = [], description, skip } = target.options;
  const notes = [
    ...(description === undefined ? [] : [oneLine(description)]),
    ...tags.map(tag => `#${oneLine(tag)}`),
    ...(skip === undefined || skip === false ? [] : [skip === true ? "skipped" : `skipped: ${oneLine(skip)}`]),
  ];
  const head = `  ${oneLine(name)}${notes.length === 0 ? "" : style.paint("dim", `  ${notes.join("  ")}`)}`;
  if (!files) return [head];
  const [reading, making] = style.symbols.dot === "·" ? ["←", "→"] : ["<", ">"];
  const line = (sign: string, text: string) => `    ${style.paint("dim", sign)} ${text}`;
  return [
    head,
    ...reads.flatMap(read => readTexts(graph, read).map(text => line(reading!, text))),
    ...after.map(each => line(reading!, style.paint("dim", `after ${oneLine(each.name)}`))),
    ...makes.map(({ path, kind }) => line(making!, kind === "dir" ? `${oneLine(path)}/` : oneLine(path))),
  ];
}

function readTexts(graph: TargetGraph, read: Read): string[] {
  const { kind, paths } = read;
  if (kind === "result")
    return [
      `the result of ${graph
        .makersOf(read)
        .map(maker => graph.nodes[maker]!.name)
        .join(", ")}`,
    ];
  return paths.map(path => (kind === "dir" || kind === "dirFiles" ? `${oneLine(path)}/` : oneLine(path)));
}
