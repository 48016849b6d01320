import type { Parameters } from "../code.ts";
import { acting } from "./acting.ts";
import { bare, children, isNode, isTypeOnly, type Node, node, nodes, text } from "./ast.ts";
import { stringOf } from "./literal.ts";
import { lexicalNames, namesIn, varNames } from "./names.ts";
import type { Import } from "./record.ts";

/** A call of heddle's `task`, `flow` or `target`. */
export interface Definition {
  readonly call: Node;
  readonly kind: "task" | "flow" | "target";
  /** Null where it is computed. */
  readonly name: string | null;
  /** The function, or the name or expression that stands for it. */
  readonly fn: Node;
  /** It stands in a function, so that it may be made more than once, over variables of that function. */
  readonly inside: boolean;
  /** What is done when it is defined: calls in its options, or around its function. */
  readonly acts: readonly Node[];
}

/** What of heddle only makes something: a task, a runner, a mark on a value. */
const MAKERS: ReadonlySet<string> = new Set(
  "task flow target threads processes inline command redis dask ray backoff defineRunner defineConfig unmapped quote file files dir".split(
    " ",
  ),
);

/** Finds what comes from heddle by the imports of a module. */
export class Heddle {
  private readonly names = new Map<string, string>();
  /** Variables of the module that are targets: to call one only makes something too. */
  private readonly targets = new Set<string>();

  constructor(imports: readonly Import[], body: readonly Node[] = []) {
    for (const { specifier, local, imported } of imports) {
      if (specifier === "heddle" || specifier.startsWith("heddle/")) this.names.set(local, imported);
    }
    if (this.names.size > 0) for (const statement of body) this.noteTargets(statement);
  }

  private noteTargets(statement: Node): void {
    const inner = isNode(statement["declaration"]) ? statement["declaration"] : statement;
    if (inner.type !== "VariableDeclaration" || inner["kind"] !== "const") return;
    for (const { id, init } of nodes(inner["declarations"]) as readonly { id?: unknown; init?: unknown }[]) {
      if (isNode(init) && this.nameOf(bare(init)) === "target") this.targets.add(text(node(id)["name"]));
    }
  }

  /** The name in heddle of what is called; null for what does not come from there. */
  nameOf(call: Node): string | null {
    if (call.type !== "CallExpression") return null;
    const callee = bare(node(call["callee"]));
    if (callee.type === "Identifier") return this.names.get(text(callee["name"])) ?? null;
    if (callee.type !== "MemberExpression" || callee["computed"] === true) return null;
    const object = text(bare(node(callee["object"]))["name"]);
    return this.names.get(object) === "*" ? text(node(callee["property"])["name"]) : null;
  }

  /** A call that only makes something. */
  isMaker(call: Node): boolean {
    const name = this.nameOf(call);
    if (name !== null) return MAKERS.has(name);
    return call.type === "CallExpression" && this.targets.has(text(bare(node(call["callee"]))["name"]));
  }

  /** What is done when these are evaluated, other than making things. */
  acting(all: readonly Node[]): Node[] {
    return acting(all, call => this.isMaker(call));
  }

  definitionsIn(at: Node): Definition[] {
    const found: Definition[] = [];
    if (this.names.size > 0) this.search(at, false, found);
    return found;
  }

  private search(at: Node, inside: boolean, found: Definition[]): void {
    if (isTypeOnly(at)) return;
    const hidden = boundIn(at).filter(name => this.names.has(name));
    if (hidden.length > 0) {
      const rest = new Heddle([]);
      for (const [name, imported] of this.names) if (!hidden.includes(name)) rest.names.set(name, imported);
      for (const name of this.targets) if (!boundIn(at).includes(name)) rest.targets.add(name);
      rest.searchBelow(at, inside, found);
    } else this.searchBelow(at, inside, found);
  }

  private searchBelow(at: Node, inside: boolean, found: Definition[]): void {
    const definition = this.definitionOf(at, inside);
    if (definition !== null) {
      found.push(definition);
      return;
    }
    const within = inside || /Function|StaticBlock|MethodDefinition|PropertyDefinition|AccessorProperty/.test(at.type);
    for (const child of children(at)) this.search(child, within, found);
  }

  private definitionOf(call: Node, inside: boolean): Definition | null {
    const kind = this.nameOf(call);
    if (kind !== "task" && kind !== "flow" && kind !== "target") return null;
    const args = nodes(call["arguments"]);
    const last = args.at(-1);
    if (last === undefined) return null;
    const fn = bare(last);
    const name = args.length === 1 ? nameOfFunction(fn) : stringOf(args[0]!);
    return { call, kind, name, fn, inside, acts: this.acting(args) };
  }
}

/** Names that hide those of the module in a node. */
function boundIn(at: Node): string[] {
  const body = isNode(at["body"]) ? at["body"] : null;
  if (/Function/.test(at.type)) {
    const own = at.type === "FunctionExpression" && isNode(at["id"]) ? namesIn(at["id"]) : [];
    return [...own, ...nodes(at["params"]).flatMap(param => namesIn(param)), ...(body === null ? [] : varNames(body))];
  }
  if (at.type === "CatchClause") return isNode(at["param"]) ? namesIn(at["param"]) : [];
  if (at.type === "ClassExpression") return isNode(at["id"]) ? namesIn(at["id"]) : [];
  if (at.type === "SwitchStatement")
    return nodes(at["cases"]).flatMap(one => nodes(one["consequent"]).flatMap(lexicalNames));
  return /^(BlockStatement|StaticBlock|TSModuleBlock|For\w*Statement)$/.test(at.type)
    ? [...children(at)].flatMap(lexicalNames)
    : [];
}

function nameOfFunction(fn: Node): string | null {
  if (fn.type === "Identifier") return text(fn["name"]);
  return isNode(fn["id"]) ? text(fn["id"]["name"]) : null;
}

/** What a function is declared to take; of what is no function, anything. */
export function parametersOf(fn: Node): Parameters {
  if (!fn.type.includes("Function")) return { names: [], open: true, defaults: [] };
  const params = nodes(fn["params"]).filter(param => !isTypeOnly(param));
  const rest = params.some(param => param.type === "RestElement");
  return {
    names: params.map(nameOfParameter),
    open: rest || (fn.type !== "ArrowFunctionExpression" && usesArguments(fn)),
    defaults: params.map(param => (param.type === "AssignmentPattern" ? literalOf(node(param["right"])) : null)),
  };
}

function nameOfParameter(param: Node): string | null {
  if (param.type === "AssignmentPattern") return nameOfParameter(node(param["left"]));
  if (param.type === "TSParameterProperty") return nameOfParameter(node(param["parameter"]));
  return param.type === "Identifier" ? text(param["name"]) : null;
}

function usesArguments(fn: Node): boolean {
  for (const child of children(fn)) {
    if (child.type === "Identifier" && child["name"] === "arguments") return true;
    const own = child.type === "FunctionExpression" || child.type === "FunctionDeclaration";
    if (!own && usesArguments(child)) return true;
  }
  return false;
}

type Literal = Parameters["defaults"][number];

function literalOf(at: Node): Literal {
  const inner = bare(at);
  if (inner.type === "Identifier" && inner["name"] === "undefined") return { value: undefined };
  const whole = stringOf(inner);
  if (whole !== null) return { value: whole };
  if (inner.type === "UnaryExpression" && inner["operator"] === "-") {
    const literal = literalOf(node(inner["argument"]));
    const value = literal?.value;
    return typeof value === "number" || typeof value === "bigint" ? { value: -value } : null;
  }
  if (inner.type !== "Literal" || inner["regex"] != null) return null;
  if (typeof inner["bigint"] === "string") return { value: BigInt(inner["bigint"]) };
  return { value: inner["value"] as NonNullable<Literal>["value"] };
}
