import { hash } from "node:crypto";
import { isNode, isTypeOnly, type Node } from "./ast.ts";
import { nameOf } from "./names.ts";

/** What says nothing of what a program does: positions, types, how something was written. */
const SKIPPED: ReadonlySet<string> = new Set([
  "type",
  "start",
  "end",
  "range",
  "raw",
  "typeAnnotation",
  "returnType",
  "typeParameters",
  "typeArguments",
  "superTypeArguments",
  "superTypeParameters",
  "implements",
  "declare",
  "accessibility",
  "readonly",
  "override",
  "definite",
  "abstract",
  "directive",
  "importKind",
  "exportKind",
  "parent",
]);

/** What stands for a node instead of what is in it; undefined for most. */
export type StandsFor = (at: Node) => string | undefined;

/** A hash of what a part of a program says, comments, formatting and types aside. */
export function hashOf(at: Node, standsFor: StandsFor): string {
  const parts: string[] = [];
  write(at, parts, standsFor);
  return hash("sha256", parts.join("\0"), "hex").slice(0, 32);
}

function write(at: Node, parts: string[], standsFor: StandsFor): void {
  const instead = standsFor(at);
  if (instead !== undefined) {
    parts.push(instead);
    return;
  }
  switch (at.type) {
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSNonNullExpression":
    case "TSTypeAssertion":
    case "TSInstantiationExpression":
    case "ParenthesizedExpression":
      write(at["expression"] as Node, parts, standsFor);
      return;
    case "EmptyStatement":
      return;
    case "Literal":
      parts.push(literal(at));
      return;
    case "TemplateElement": {
      const { raw, cooked } = at["value"] as { raw: string; cooked: string | null };
      parts.push(JSON.stringify(raw), JSON.stringify(cooked));
      return;
    }
    default:
  }
  if (isTypeOnly(at)) return;
  parts.push(at.type);
  for (const key in at) {
    if (SKIPPED.has(key) || (key === "optional" && !isChain(at)) || (key === "shorthand" && !isPrototype(at))) continue;
    const value = at[key];
    if (isNode(value)) {
      parts.push(key);
      write(value, parts, standsFor);
    } else if (Array.isArray(value)) {
      // Only in TypeScript's trees they are everywhere.
      if (key === "decorators" && value.length === 0) continue;
      parts.push(key, "[");
      for (const each of value) {
        if (isNode(each)) write(each, parts, standsFor);
        else parts.push(String(each));
      }
      parts.push("]");
    } else if (typeof value === "string") parts.push(key, JSON.stringify(value));
    else if (typeof value !== "object" || value === null) parts.push(key, String(value));
  }
  parts.push(")");
}

function isChain({ type }: Node): boolean {
  return type === "MemberExpression" || type === "CallExpression";
}

/** `{ __proto__: x }` sets the prototype, `{ __proto__ }` makes a property. */
function isPrototype(at: Node): boolean {
  return nameOf(at["key"]) === "__proto__";
}

function literal(at: Node): string {
  const regex = at["regex"] as { pattern: string; flags: string } | null | undefined;
  if (regex != null) return `/${regex.pattern}/${regex.flags}`;
  if (typeof at["bigint"] === "string") return `${at["bigint"]}n`;
  const { value } = at;
  return `${typeof value} ${typeof value === "string" ? JSON.stringify(value) : String(value)}`;
}
