import { bare, type Node, nodes } from "./ast.ts";

/** The text of a string literal, or of a template without parts; null for what is computed. */
export function stringOf(at: Node): string | null {
  const inner = bare(at);
  if (inner.type === "Literal" && typeof inner["value"] === "string") return inner["value"];
  if (inner.type !== "TemplateLiteral" || nodes(inner["expressions"]).length > 0) return null;
  const [only] = nodes(inner["quasis"]);
  return only === undefined ? null : (only["value"] as { cooked: string | null }).cooked;
}
