import type { OutlineNode } from "./outline.ts";

export interface Visitor {
  leaf(node: OutlineNode, depth: number): void;
  open(node: OutlineNode, depth: number): void;
  close(depth: number): void;
}

/** Visits all nodes in order, with an end for each that has children. */
export function forEachNested(roots: readonly OutlineNode[], visitor: Visitor): void {
  const stack: { nodes: readonly OutlineNode[]; at: number }[] = [{ nodes: roots, at: 0 }];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const depth = stack.length - 1;
    const node = top.nodes[top.at];
    if (node === undefined) {
      stack.pop();
      if (stack.length > 0) visitor.close(depth - 1);
      continue;
    }
    top.at += 1;
    if (node.children.length === 0) visitor.leaf(node, depth);
    else {
      visitor.open(node, depth);
      stack.push({ nodes: node.children, at: 0 });
    }
  }
}
