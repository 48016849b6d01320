import { isNode, isTypeOnly, type Node, node, nodes, text } from "./ast.ts";

/** The names that a pattern binds. */
export function namesIn(pattern: Node | null, names: string[] = []): string[] {
  if (pattern === null) return names;
  switch (pattern.type) {
    case "Identifier":
      names.push(text(pattern["name"]));
      break;
    case "ObjectPattern":
      for (const property of nodes(pattern["properties"])) {
        namesIn(node(property.type === "RestElement" ? property["argument"] : property["value"]), names);
      }
      break;
    case "ArrayPattern":
      for (const element of nodes(pattern["elements"])) namesIn(element, names);
      break;
    case "AssignmentPattern":
      namesIn(node(pattern["left"]), names);
      break;
    case "RestElement":
      namesIn(node(pattern["argument"]), names);
      break;
    case "TSParameterProperty":
      namesIn(node(pattern["parameter"]), names);
      break;
    default:
  }
  return names;
}

/** The names that a statement binds in its own block. */
export function lexicalNames(statement: Node): string[] {
  if (isTypeOnly(statement)) return [];
  switch (statement.type) {
    case "VariableDeclaration":
      if (statement["kind"] === "var") return [];
      return nodes(statement["declarations"]).flatMap(each => namesIn(node(each["id"])));
    case "FunctionDeclaration":
    case "ClassDeclaration":
    case "TSEnumDeclaration":
    case "TSModuleDeclaration":
    case "TSImportEqualsDeclaration":
      return statement["id"] === null || statement["id"] === undefined ? [] : namesIn(node(statement["id"]));
    case "ExportNamedDeclaration":
      return statement["declaration"] == null ? [] : lexicalNames(node(statement["declaration"]));
    default:
      return [];
  }
}

/** The names that `var` binds in a function, from within its blocks. */
export function varNames(at: Node, names: string[] = []): string[] {
  if (isTypeOnly(at)) return names;
  if (at.type === "VariableDeclaration") {
    if (at["kind"] === "var") for (const each of nodes(at["declarations"])) namesIn(node(each["id"]), names);
    return names;
  }
  if (!BLOCKS.has(at.type)) return names;
  for (const key in at) {
    const value = at[key];
    for (const each of nodes(Array.isArray(value) ? value : [value])) varNames(each, names);
  }
  return names;
}

const BLOCKS: ReadonlySet<string> = new Set([
  "BlockStatement",
  "StaticBlock",
  "IfStatement",
  "ForStatement",
  "ForInStatement",
  "ForOfStatement",
  "WhileStatement",
  "DoWhileStatement",
  "LabeledStatement",
  "TryStatement",
  "CatchClause",
  "SwitchStatement",
  "SwitchCase",
  "WithStatement",
]);

/** The name under which a default export that has none of its own is known in its module. */
const DEFAULT = "*default*";

export function defaultName(declaration: Node): string {
  return isNode(declaration["id"]) && /Declaration$/.test(declaration.type) ? nameOf(declaration["id"]) : DEFAULT;
}

/** An identifier's name, or the string that stands for one. */
export function nameOf(at: unknown): string {
  if (!isNode(at)) return "";
  return text(at["name"]) || text(at["value"]);
}

/** What a statement declares in the module. */
export function declared(at: Node): string[] {
  if (isTypeOnly(at)) return [];
  if (isNode(at["declaration"]) && at.type.startsWith("Export")) {
    const names = declared(at["declaration"]);
    return names.length === 0 && at.type === "ExportDefaultDeclaration" ? [DEFAULT] : names;
  }
  if (at.type === "VariableDeclaration") return nodes(at["declarations"]).flatMap(each => namesIn(node(each["id"])));
  if (/^(Function|Class|TSEnum|TSModule|TSImportEquals)/.test(at.type))
    return isNode(at["id"]) ? [nameOf(at["id"])] : [];
  return varNames(at);
}
