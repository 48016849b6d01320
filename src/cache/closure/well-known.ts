/** What code says by names that everybody knows: the module's own address, the environment, `require`. */
import { bare, isNode, type Node, node, nodes } from "./ast.ts";
import { nameOf } from "./names.ts";

export interface Scope {
  readonly names: ReadonlySet<string>;
  readonly parent: Scope | null;
}

export function isBound(name: string, scope: Scope | null): boolean {
  for (let each = scope; each !== null; each = each.parent) if (each.names.has(name)) return true;
  return false;
}

export function isModuleUrl(at: Node | undefined): boolean {
  return at !== undefined && isModuleMember(bare(at), "url");
}

export function isModuleMember(at: Node, member: string): boolean {
  if (at.type !== "MemberExpression") return false;
  return node(at["object"]).type === "MetaProperty" && node(at["property"])["name"] === member;
}

export function isEnvironment(at: Node): boolean {
  if (at.type !== "MemberExpression") return false;
  const object = bare(node(at["object"]));
  return object["name"] === "process" && node(at["property"])["name"] === "env";
}

/** `const require = createRequire(…)`: calls of it are followed as those of `require` are. */
export function isRequireMaker(declarator: Node): boolean {
  const { init } = declarator as { init?: unknown };
  if (nameOf(declarator["id"]) !== "require" || !isNode(init)) return false;
  const call = bare(init);
  const [from] = nodes(call["arguments"]);
  return nameOf(call["callee"]) === "createRequire" && isModuleUrl(from);
}

/** Whether an address is taken from where the module is. */
export function isRelative(address: string): boolean {
  return !/^([a-z][a-z0-9+.-]*:|\/)/i.test(address);
}
