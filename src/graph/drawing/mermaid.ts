/** Plans in the language of Mermaid, which GitHub and many editors draw. */

import { forEachNested } from "./nested.ts";
import type { Outline, OutlineNode } from "./outline.ts";
import { type DrawnState, STYLES } from "./style.ts";

export function toMermaid({ nodes, roots, edges, states }: Outline): string {
  const lines = ["flowchart LR"];
  forEachNested(roots, {
    leaf: (node, depth) => lines.push(`${indent(depth)}n${node.index}${shaped(node)}`),
    open: (node, depth) => lines.push(`${indent(depth)}subgraph n${node.index}["${text(node.lines)}"]`),
    close: depth => lines.push(`${indent(depth)}end`),
  });
  for (const { from, to } of edges) lines.push(`  n${from.index} --> n${to.index}`);
  if (states.length > 0) {
    lines.push('  subgraph legend["Legend"]');
    for (const state of states) lines.push(`    legend_${state}["${text([STYLES[state].meaning])}"]`);
    lines.push("  end");
  }
  for (const state of states) lines.push(...classed(state, nodes));
  return `${lines.join("\n")}\n`;
}

function classed(state: DrawnState, nodes: readonly OutlineNode[]): string[] {
  const { fill, stroke, width, line } = STYLES[state];
  const dashes = { solid: "", dashed: ",stroke-dasharray:7 4", dotted: ",stroke-dasharray:2 3" }[line];
  const border = `stroke:${stroke},stroke-width:${width}px${dashes}`;
  const alike = nodes.filter(node => node.state === state);
  const leaves = alike.filter(node => node.children.length === 0).map(node => `n${node.index}`);
  const frames = alike.filter(node => node.children.length > 0).map(node => `n${node.index}`);
  const lines = [
    `  classDef ${state} fill:${fill},${border},color:#000000`,
    `  class ${[...leaves, `legend_${state}`].join(",")} ${state}`,
  ];
  // Frames keep their background, or what is inside would not stand out.
  if (frames.length > 0) {
    lines.push(`  classDef ${state}Frame fill:none,${border}`, `  class ${frames.join(",")} ${state}Frame`);
  }
  return lines;
}

function shaped(node: OutlineNode): string {
  const label = `"${text(node.lines)}"`;
  if (node.kind === "flow") return `[[${label}]]`;
  if (node.kind === "file") return `([${label}])`;
  return node.state === "hit" || node.state === "fresh" ? `(${label})` : `[${label}]`;
}

/**
 * Everything but letters, digits and what means nothing to Mermaid as a numbered entity: labels may be read as
 * Markdown, HTML, icons and entities.
 */
function text(lines: readonly string[]): string {
  return lines
    .map(line => line.replace(/^-|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|[^\p{L}\p{M}\p{N} ,_-]/gu, entity))
    .join("<br/>");
}

function entity(character: string): string {
  return `#${character.codePointAt(0)};`;
}

function indent(depth: number): string {
  return "  ".repeat(Math.min(depth, 20) + 1);
}
