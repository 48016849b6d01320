import { bare, children, isTypeOnly, type Node, node, nodes } from "./ast.ts";
import { nameOf } from "./names.ts";

/** What passes the results of calls on to code that could keep them, or may. */
const LOUD: ReadonlySet<string> = new Set([
  "NewExpression",
  "TaggedTemplateExpression",
  "UpdateExpression",
  "ClassDeclaration",
  "ClassExpression",
  "ForOfStatement",
  "YieldExpression",
]);

const AFTERWARDS: ReadonlySet<string> = new Set(["then", "catch", "finally"]);
const CALLS: ReadonlySet<string> = new Set(["submit", "map", "with", "delay"]);

/**
 * Whether a statement does no more than call functions by their names, write to the console and set the exit code:
 * `console.log(await report())`. Where those functions are tasks, no other code of the module sees what they gave.
 */
export function isQuiet(at: Node): boolean {
  if (isTypeOnly(at)) return true;
  if (LOUD.has(at.type) || (at.type === "UnaryExpression" && at["operator"] === "delete")) return false;
  if (at.type === "AssignmentExpression") return isExitCode(node(at["left"])) && isQuiet(node(at["right"]));
  if (at.type === "CallExpression" && !isQuietCall(at)) return false;
  return [...children(at)].every(isQuiet);
}

function isQuietCall(call: Node): boolean {
  const callee = bare(node(call["callee"]));
  if (callee.type === "Identifier") return true;
  if (callee.type !== "MemberExpression" || callee["computed"] === true) return false;
  if (isShown(callee)) return true;
  const member = nameOf(callee["property"]);
  if (AFTERWARDS.has(member)) return nodes(call["arguments"]).every(one => /Function/.test(one.type) || isShown(one));
  return CALLS.has(member) && bare(node(callee["object"])).type === "Identifier";
}

function isShown(at: Node): boolean {
  if (at.type !== "MemberExpression") return false;
  const object = nameOf(bare(node(at["object"])));
  return object === "console" || (object === "process" && nameOf(at["property"]) === "exit");
}

function isExitCode(at: Node): boolean {
  return nameOf(at["object"]) === "process" && nameOf(at["property"]) === "exitCode";
}
