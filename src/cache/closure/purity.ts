import { acting } from "./acting.ts";
import { bare, isNode, isTypeOnly, type Node, node, nodes, text } from "./ast.ts";

/** What the purity of an expression depends on beside itself. */
export interface Surroundings {
  /** Where calls begin that a comment says have no effects. */
  readonly pure: ReadonlySet<number>;
  /** Whether a name is bound in the module: to read it does nothing. */
  isBound(name: string): boolean;
  /** A call that only defines a task, a runner or the like. */
  isDefinition(call: Node): boolean;
}

const PURE_GLOBALS: ReadonlySet<string> = new Set(
  "undefined NaN Infinity globalThis Math JSON Object Array String Number Boolean BigInt Symbol Date RegExp Map Set WeakMap WeakSet Promise Error TypeError RangeError URL Buffer process console Reflect Proxy Intl".split(
    " ",
  ),
);

const COLLECTIONS: ReadonlySet<string> = new Set(["Map", "Set", "WeakMap", "WeakSet"]);

/** Whether to evaluate an expression can have no effect and cannot fail, as far as can be told. */
export function isPure(expression: Node, around: Surroundings): boolean {
  const at = bare(expression);
  const all = (parts: readonly Node[]) => parts.every(part => isPure(part, around));
  switch (at.type) {
    case "Literal":
    case "FunctionExpression":
    case "ArrowFunctionExpression":
    case "MetaProperty":
    case "ThisExpression":
      return true;
    case "Identifier":
      return around.isBound(text(at["name"])) || PURE_GLOBALS.has(text(at["name"]));
    case "ClassExpression":
      return isPureClass(at, around);
    case "ObjectExpression":
      return nodes(at["properties"]).every(property => isPureProperty(property, around));
    case "ArrayExpression":
      return nodes(at["elements"]).every(element => element.type !== "SpreadElement" && isPure(element, around));
    case "TemplateLiteral":
      return nodes(at["expressions"]).every(part => isPrimitive(part));
    case "UnaryExpression":
      if (at["operator"] === "delete") return false;
      if (["!", "typeof", "void"].includes(text(at["operator"]))) return isPure(node(at["argument"]), around);
      return isPrimitive(node(at["argument"])) || isNegativeBig(at);
    case "BinaryExpression":
      if (["===", "!=="].includes(text(at["operator"]))) return all([node(at["left"]), node(at["right"])]);
      if (["in", "instanceof"].includes(text(at["operator"]))) return false;
      return isPrimitive(at);
    case "LogicalExpression":
      return all([node(at["left"]), node(at["right"])]);
    case "ConditionalExpression":
      return all([node(at["test"]), node(at["consequent"]), node(at["alternate"])]);
    case "SequenceExpression":
      return all(nodes(at["expressions"]));
    case "NewExpression":
      return isPureNew(at, around);
    case "CallExpression":
      if (around.isDefinition(at)) return true;
      return around.pure.has(at.start) && all(nodes(at["arguments"]));
    default:
      return false;
  }
}

/** Whether a class can be declared without an effect. */
export function isPureClass(at: Node, around: Surroundings): boolean {
  if (nodes(at["decorators"]).length > 0) return false;
  const { superClass } = at as { superClass?: unknown };
  if (isNode(superClass) && !isPureBase(bare(superClass), around)) return false;
  return nodes(node(at["body"])["body"]).every(member => {
    if (isTypeOnly(member)) return true;
    if (member.type === "StaticBlock" || nodes(member["decorators"]).length > 0) return false;
    if (member["computed"] === true && !isPrimitive(node(member["key"]))) return false;
    if (member["static"] !== true || member.type === "MethodDefinition") return true;
    return !isNode(member["value"]) || isPure(member["value"], around);
  });
}

/** `extends` reads the prototype of what it is given, which a proxy or `null` could make an effect. */
function isPureBase(at: Node, around: Surroundings): boolean {
  return at.type === "Identifier" ? isPure(at, around) : at.type === "ClassExpression" && isPureClass(at, around);
}

function isPureProperty(property: Node, around: Surroundings): boolean {
  if (property.type !== "Property") return false;
  if (property["computed"] === true && !isPrimitive(node(property["key"]))) return false;
  return isPure(node(property["value"]), around);
}

function isPureNew(at: Node, around: Surroundings): boolean {
  const args = nodes(at["arguments"]);
  if (around.pure.has(at.start)) return args.every(argument => isPure(argument, around));
  const name = text(bare(node(at["callee"]))["name"]);
  if (around.isBound(name)) return false;
  if (name === "Date") return args.length > 0 && args.every(argument => isPrimitive(argument));
  if (!COLLECTIONS.has(name)) return false;
  const [argument] = args;
  if (argument === undefined) return true;
  const items = bare(argument);
  if (items.type !== "ArrayExpression" || !isPure(items, around)) return false;
  if (!name.endsWith("Map")) return name === "Set" || nodes(items["elements"]).length === 0;
  return nodes(items["elements"]).every(item => bare(item).type === "ArrayExpression");
}

/** Whether an enum can be declared without an effect. */
export function isPureEnum(at: Node, around: Surroundings): boolean {
  const { members } = (at["body"] ?? at) as { members?: unknown };
  return acting(nodes(members), call => around.isDefinition(call)).length === 0;
}

/** Made of literals, so that no operator can call anything. */
function isPrimitive(expression: Node): boolean {
  const at = bare(expression);
  switch (at.type) {
    case "Literal":
      // Arithmetic with a BigInt may throw.
      return at["regex"] == null && typeof at["bigint"] !== "string";
    case "TemplateLiteral":
      return nodes(at["expressions"]).every(isPrimitive);
    case "UnaryExpression":
      return at["operator"] !== "delete" && isPrimitive(node(at["argument"]));
    case "BinaryExpression":
      if (["in", "instanceof"].includes(text(at["operator"]))) return false;
      return isPrimitive(node(at["left"])) && isPrimitive(node(at["right"]));
    default:
      return false;
  }
}

function isNegativeBig(at: Node): boolean {
  return at["operator"] === "-" && typeof bare(node(at["argument"]))["bigint"] === "string";
}
