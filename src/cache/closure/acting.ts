import { bare, children, isTypeOnly, type Node, node, nodes, text } from "./ast.ts";

const ACTS: ReadonlySet<string> = new Set([
  "CallExpression",
  "NewExpression",
  "TaggedTemplateExpression",
  "ImportExpression",
  "AssignmentExpression",
  "UpdateExpression",
  "AwaitExpression",
  "YieldExpression",
  "StaticBlock",
]);

/** Functions that only compute, whatever they are given. */
const COMPUTING: ReadonlySet<string> = new Set(["Number", "String", "Boolean", "BigInt", "parseInt", "parseFloat"]);

/**
 * What is done when some nodes are evaluated: calls and assignments, the outermost of each, but not those that only
 * make something. Functions are not looked into, and to read something counts as doing nothing.
 */
export function acting(all: readonly Node[], isMaker: (call: Node) => boolean, found: Node[] = []): Node[] {
  for (const each of all) {
    const at = bare(each);
    if (isTypeOnly(at) || /Function/.test(at.type)) continue;
    const computes = at.type === "CallExpression" && (isMaker(at) || isComputing(node(at["callee"])));
    if (ACTS.has(at.type) && !computes) found.push(at);
    else acting(computes ? nodes(at["arguments"]) : [...children(at)], isMaker, found);
  }
  return found;
}

function isComputing(callee: Node): boolean {
  const at = bare(callee);
  if (at.type === "Identifier") return COMPUTING.has(text(at["name"]));
  return at.type === "MemberExpression" && text(node(at["object"])["name"]) === "Math";
}
