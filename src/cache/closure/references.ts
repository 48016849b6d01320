import { bare, children, isNode, isTypeOnly, type Node, node, nodes, text } from "./ast.ts";
import { stringOf } from "./literal.ts";
import { lexicalNames, namesIn, varNames } from "./names.ts";

/**
 * A use of a name from outside: `()` where it is called, `.member` where a member of it is read, else empty.
 */
export interface Reference {
  readonly name: string;
  readonly use: string;
}

/** What a piece of code reaches beyond itself. */
export interface Reach {
  readonly references: readonly Reference[];
  /** Modules that it imports or requires while it runs. */
  readonly imports: readonly string[];
  /** Files that it names relative to its own: `new URL("./x", import.meta.url)`. */
  readonly assets: readonly string[];
  /** Environment variables that it reads. */
  readonly environment: readonly string[];
  /** What cannot be followed, in words. */
  readonly loose: readonly string[];
}

interface Scope {
  readonly names: ReadonlySet<string>;
  readonly parent: Scope | null;
}

/** What the code of `at` reaches; `outer` are names bound around it that count as its own. */
export function reachOf(at: Node, skips: (at: Node) => boolean): Reach {
  const walker = new Walker(skips);
  walker.visit(at, null);
  return walker.reach();
}

class Walker {
  private readonly skips: (at: Node) => boolean;
  private readonly references = new Map<string, Reference>();
  private readonly imports = new Set<string>();
  private readonly assets = new Set<string>();
  private readonly environment = new Set<string>();
  private readonly loose = new Set<string>();

  constructor(skips: (at: Node) => boolean) {
    this.skips = skips;
  }

  reach(): Reach {
    const list = <T>(from: Iterable<T>) => [...from];
    return {
      references: list(this.references.values()),
      imports: list(this.imports),
      assets: list(this.assets),
      environment: list(this.environment),
      loose: list(this.loose),
    };
  }

  visit(at: Node, scope: Scope | null): void {
    if (this.skips(at) || isTypeOnly(at)) return;
    switch (at.type) {
      case "Identifier":
        this.use(text(at["name"]), "", scope);
        return;
      case "JSXIdentifier":
        if (/^[A-Z_$]/.test(text(at["name"]))) this.use(text(at["name"]), "", scope);
        return;
      case "JSXMemberExpression":
        this.visitJsxObject(node(at["object"]), scope);
        return;
      case "JSXAttribute":
        if (isNode(at["value"])) this.visit(at["value"], scope);
        return;
      case "MemberExpression":
        this.member(at, scope);
        return;
      case "CallExpression":
      case "NewExpression":
        this.call(at, scope);
        return;
      case "ImportExpression":
        this.dynamicImport(at);
        this.rest(at, scope);
        return;
      case "Property":
      case "MethodDefinition":
      case "PropertyDefinition":
      case "AccessorProperty":
      case "TSEnumMember":
        for (const each of nodes(at["decorators"])) this.visit(each, scope);
        if (at["computed"] === true) this.visit(node(at["key"]), scope);
        for (const part of ["value", "initializer"]) if (isNode(at[part])) this.visit(at[part], scope);
        return;
      case "LabeledStatement":
        this.visit(node(at["body"]), scope);
        return;
      case "BreakStatement":
      case "ContinueStatement":
      case "MetaProperty":
      case "ImportDeclaration":
      case "ExportAllDeclaration":
        return;
      case "WithStatement":
        this.loose.add("it uses `with`");
        this.rest(at, scope);
        return;
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        this.function(at, scope);
        return;
      case "ClassDeclaration":
      case "ClassExpression":
        this.class(at, scope);
        return;
      case "TSEnumDeclaration":
        this.enum(at, scope);
        return;
      case "TSModuleDeclaration":
        if (isNode(at["body"])) this.visit(at["body"], scope);
        return;
      case "VariableDeclarator":
        this.pattern(node(at["id"]), scope);
        if (isNode(at["init"])) this.visit(at["init"], scope);
        return;
      case "CatchClause":
        this.catch(at, scope);
        return;
      case "BlockStatement":
      case "StaticBlock":
      case "SwitchStatement":
      case "TSModuleBlock":
      case "ForStatement":
      case "ForInStatement":
      case "ForOfStatement":
        this.block(at, scope);
        return;
      default:
        this.rest(at, scope);
    }
  }

  private rest(at: Node, scope: Scope | null): void {
    for (const child of children(at)) this.visit(child, scope);
  }

  private use(name: string, use: string, scope: Scope | null): void {
    if (name === "arguments" || name === "undefined") return;
    for (let each = scope; each !== null; each = each.parent) if (each.names.has(name)) return;
    if (name === "eval" && use === "()") this.loose.add("it calls eval");
    this.references.set(`${name} ${use}`, { name, use });
  }

  private member(at: Node, scope: Scope | null): void {
    const object = bare(node(at["object"]));
    const property = node(at["property"]);
    const name = at["computed"] === true ? stringOf(property) : text(property["name"]);
    if (object.type === "Identifier" && name !== null) this.use(text(object["name"]), `.${name}`, scope);
    else this.visit(object, scope);
    if (at["computed"] === true) this.visit(property, scope);
    if (isEnvironment(object) && name !== null) this.environment.add(name);
  }

  private call(at: Node, scope: Scope | null): void {
    const callee = bare(node(at["callee"]));
    const args = nodes(at["arguments"]);
    if (callee.type === "Identifier") {
      const name = text(callee["name"]);
      this.use(name, "()", scope);
      if (name === "Function" && !isBound(name, scope)) this.loose.add("it makes functions of text (new Function)");
      if (name === "require" && !isBound(name, scope)) this.required(args[0]);
      if (name === "URL" && isModuleUrl(args[1])) this.asset(args[0]);
    } else {
      if (callee.type === "MemberExpression" && isModuleMember(callee, "resolve")) this.required(args[0]);
      this.visit(callee, scope);
    }
    for (const argument of args) this.visit(argument, scope);
  }

  private required(argument: Node | undefined): void {
    const specifier = argument === undefined ? null : stringOf(argument);
    if (specifier === null) this.loose.add("it requires a module whose name is computed");
    else this.imports.add(specifier);
  }

  private asset(argument: Node | undefined): void {
    const path = argument === undefined ? null : stringOf(argument);
    if (path?.startsWith(".") === true) this.assets.add(path);
  }

  private dynamicImport(at: Node): void {
    const specifier = stringOf(node(at["source"]));
    if (specifier === null) this.loose.add("it imports a module whose name is computed");
    else this.imports.add(specifier);
  }

  private function(at: Node, scope: Scope | null): void {
    const params = nodes(at["params"]);
    const own = new Set(params.flatMap(param => namesIn(param)));
    if (at.type === "FunctionExpression" && isNode(at["id"])) own.add(text(at["id"]["name"]));
    const body = at["body"];
    if (!isNode(body)) return;
    if (body.type === "BlockStatement") for (const name of varNames(body)) own.add(name);
    const inner = { names: own, parent: scope };
    for (const param of params) this.pattern(param, inner);
    this.visit(body, inner);
  }

  private class(at: Node, scope: Scope | null): void {
    for (const each of nodes(at["decorators"])) this.visit(each, scope);
    const inner = isNode(at["id"]) ? { names: new Set([text(at["id"]["name"])]), parent: scope } : scope;
    if (isNode(at["superClass"])) this.visit(at["superClass"], inner);
    this.visit(node(at["body"]), inner);
  }

  private enum(at: Node, scope: Scope | null): void {
    const body = isNode(at["body"]) ? at["body"] : at;
    const members = nodes(body["members"]);
    const names = members.map(member => text(node(member["id"])["name"] ?? node(member["id"])["value"]));
    const inner = { names: new Set([...names, text(node(at["id"])["name"])]), parent: scope };
    for (const member of members) if (isNode(member["initializer"])) this.visit(member["initializer"], inner);
  }

  private catch(at: Node, scope: Scope | null): void {
    const inner = isNode(at["param"]) ? { names: new Set(namesIn(at["param"])), parent: scope } : scope;
    if (isNode(at["param"])) this.pattern(at["param"], inner);
    this.visit(node(at["body"]), inner);
  }

  private block(at: Node, scope: Scope | null): void {
    const statements = [...children(at)].flatMap(each =>
      each.type === "SwitchCase" ? nodes(each["consequent"]) : [each],
    );
    const names = statements.flatMap(lexicalNames);
    this.rest(at, names.length === 0 ? scope : { names: new Set(names), parent: scope });
  }

  /** What a pattern reads: defaults and computed keys. At module level what it binds is a use of that name as well. */
  private pattern(at: Node, scope: Scope | null): void {
    switch (at.type) {
      case "Identifier":
        for (const each of nodes(at["decorators"])) this.visit(each, scope);
        return;
      case "ObjectPattern":
        for (const property of nodes(at["properties"])) {
          if (property["computed"] === true) this.visit(node(property["key"]), scope);
          this.pattern(node(property.type === "RestElement" ? property["argument"] : property["value"]), scope);
        }
        return;
      case "ArrayPattern":
        for (const element of nodes(at["elements"])) this.pattern(element, scope);
        return;
      case "AssignmentPattern":
        this.pattern(node(at["left"]), scope);
        this.visit(node(at["right"]), scope);
        return;
      case "RestElement":
        this.pattern(node(at["argument"]), scope);
        return;
      case "TSParameterProperty":
        for (const each of nodes(at["decorators"])) this.visit(each, scope);
        this.pattern(node(at["parameter"]), scope);
        return;
      default:
        this.visit(at, scope);
    }
  }

  private visitJsxObject(object: Node, scope: Scope | null): void {
    if (object.type === "JSXMemberExpression") this.visitJsxObject(node(object["object"]), scope);
    else this.use(text(object["name"]), "", scope);
  }
}

function isBound(name: string, scope: Scope | null): boolean {
  for (let each = scope; each !== null; each = each.parent) if (each.names.has(name)) return true;
  return false;
}

function isModuleUrl(at: Node | undefined): boolean {
  return at !== undefined && isModuleMember(bare(at), "url");
}

function isModuleMember(at: Node, member: string): boolean {
  if (at.type !== "MemberExpression") return false;
  return node(at["object"]).type === "MetaProperty" && node(at["property"])["name"] === member;
}

function isEnvironment(at: Node): boolean {
  if (at.type !== "MemberExpression") return false;
  const object = bare(node(at["object"]));
  return object["name"] === "process" && node(at["property"])["name"] === "env";
}
