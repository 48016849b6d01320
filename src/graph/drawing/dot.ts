/** Plans in the language of Graphviz. */
import { forEachNested } from "./nested.ts";
import type { Outline, OutlineNode } from "./outline.ts";
import { STYLES } from "./style.ts";

/** Above so many edges the best layout takes several times longer than one that is nearly as good. */
const MOST_EDGES = 300;
const HASTE = ", nslimit=2, nslimit1=2, mclimit=0.5";

export function toDot({ nodes, roots, edges, states }: Outline): string {
  const lines = [
    "digraph plan {",
    // `compound` lets edges end at the frame of a flow.
    `  graph [rankdir=LR, compound=true, fontname=Helvetica, fontsize=11${edges.length > MOST_EDGES ? HASTE : ""}];`,
    '  node [shape=box, height=0.3, margin="0.12,0.06", fontname=Helvetica, fontsize=11, fontcolor=black];',
    '  edge [color="#404040", arrowsize=0.7];',
  ];
  forEachNested(roots, {
    leaf: (node, depth) => lines.push(`${indent(depth)}n${node.index} [${leafAttributes(node)}];`),
    open: (node, depth) => {
      lines.push(`${indent(depth)}subgraph cluster_${node.index} {`);
      lines.push(`${indent(depth + 1)}graph [${clusterAttributes(node)}];`);
    },
    close: depth => lines.push(`${indent(depth)}}`),
  });
  const { first, last } = endsOf(nodes);
  for (const { from, to } of edges) {
    const attributes = [
      ...(from.children.length > 0 ? [`ltail=cluster_${from.index}`] : []),
      ...(to.children.length > 0 ? [`lhead=cluster_${to.index}`] : []),
    ];
    const more = attributes.length === 0 ? "" : ` [${attributes.join(", ")}]`;
    lines.push(`  n${last[from.index]!} -> n${first[to.index]!}${more};`);
  }
  if (states.length > 0) {
    lines.push("  subgraph cluster_legend {");
    lines.push('    graph [label="Legend", style=solid, color="#b0b0b0", penwidth=1];');
    for (const state of states) {
      lines.push(`    legend_${state} [${attributesOf({ label: quoted([STYLES[state].meaning]), ...looks(state) })}];`);
    }
    lines.push("  }");
  }
  return `${[...lines, "}"].join("\n")}\n`;
}

function leafAttributes(node: OutlineNode): string {
  return attributesOf({
    label: quoted(node.lines),
    ...looks(node.state),
    ...(node.kind === "flow" && { peripheries: "2" }),
    ...(node.kind === "file" && { shape: "note" }),
    ...(node.reason !== "" && { tooltip: tooltip(node.reason) }),
  });
}

function clusterAttributes(node: OutlineNode): string {
  const { stroke, width, line } = STYLES[node.state];
  return attributesOf({
    label: quoted(node.lines),
    style: `"rounded,${line}"`,
    color: `"${stroke}"`,
    penwidth: String(width),
    ...(node.reason !== "" && { tooltip: tooltip(node.reason) }),
  });
}

function looks(state: OutlineNode["state"]): Record<string, string> {
  const { fill, stroke, width, line } = STYLES[state];
  // Rounded for what is there already, so that a thin and a thick border are not the only difference.
  const isThere = state === "hit" || state === "fresh";
  const style = isThere ? "filled,rounded" : line === "solid" ? "filled" : `filled,${line}`;
  return { style: `"${style}"`, fillcolor: `"${fill}"`, color: `"${stroke}"`, penwidth: String(width) };
}

function attributesOf(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${value}`)
    .join(", ");
}

/**
 * In a quoted string of Graphviz only the quote ends it, but labels know escapes that begin with a backslash, and
 * entities that begin with an ampersand.
 */
function quoted(lines: readonly string[]): string {
  const escaped = lines.map(line => line.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("&", "&amp;"));
  return `"${escaped.join("\\n")}"`;
}

function tooltip(sentence: string): string {
  // Graphviz takes escapes out of tooltips twice.
  return quoted([sentence.replaceAll("\\", "\\\\")]);
}

function indent(depth: number): string {
  return "  ".repeat(Math.min(depth, 20) + 1);
}

/** The first and the last node without children inside each node: what edges to and from a frame are drawn between. */
function endsOf(nodes: readonly OutlineNode[]): { first: number[]; last: number[] } {
  const first: number[] = new Array(nodes.length);
  const last: number[] = new Array(nodes.length);
  for (let index = nodes.length - 1; index >= 0; index -= 1) {
    const { children } = nodes[index]!;
    const head = children[0];
    const tail = children.at(-1);
    first[index] = head === undefined ? index : first[head.index]!;
    last[index] = tail === undefined ? index : last[tail.index]!;
  }
  return { first, last };
}
