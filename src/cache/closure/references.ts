import { bare, children, isNode, isTypeOnly, type Node, node, nodes, text } from "./ast.ts";
import { stringOf } from "./literal.ts";
import { lexicalNames, namesIn, varNames } from "./names.ts";
import {
  isBound,
  isEnvironment,
  isModuleMember,
  isModuleUrl,
  isRelative,
  isRequireMaker,
  type Scope,
} from "./well-known.ts";

/**
 * A use of a name from outside: `()` where it is called, `.member` where a member of it is read, `<>` where JSX is
 * written, else empty.
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

/** What the code of some nodes reaches. */
export function reachOf(all: readonly Node[], skips: (at: Node) => boolean): Reach {
  const walker = new Walker(skips);
  for (const at of all) walker.visit(at, null);
  return walker.reach();
}

/** The use of a name that JSX makes: what it comes down to is in the settings of who loads it. */
export const JSX = "<>";

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
        if (!/^[a-z]/.test(text(at["name"]))) this.use(text(at["name"]), "", scope);
        return;
      case "JSXElement":
      case "JSXFragment":
        this.use("React", JSX, scope);
        for (const factory of ["h", "Fragment"]) this.use(factory, "", scope);
        this.rest(at, scope);
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
        if (isNode(at["init"]) && !isRequireMaker(at)) this.visit(at["init"], scope);
        return;
      case "CatchClause":
        this.catch(at, scope);
        return;
      case "BlockStatement":
      case "StaticBlock":
      case "TSModuleBlock":
      case "ForStatement":
      case "ForInStatement":
      case "ForOfStatement":
        this.block(at, [...children(at)], scope);
        return;
      case "SwitchStatement":
        this.visit(node(at["discriminant"]), scope);
        this.block(at, nodes(at["cases"]), scope);
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
      if (name === "createRequire")
        this.loose.add("it makes a `require` of its own name, whose modules are not followed");
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
    if (path !== null && isRelative(path)) this.assets.add(path);
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
    const outer = { names: own, parent: scope };
    for (const param of params) this.pattern(param, outer);
    const vars = body.type === "BlockStatement" ? varNames(body) : [];
    this.visit(body, vars.length === 0 ? outer : { names: new Set(vars), parent: outer });
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

  private block(at: Node, inside: readonly Node[], scope: Scope | null): void {
    const isSwitch = at.type === "SwitchStatement";
    const names = inside.flatMap(each => (isSwitch ? nodes(each["consequent"]) : [each])).flatMap(lexicalNames);
    const inner = names.length === 0 ? scope : { names: new Set(names), parent: scope };
    for (const each of inside) this.visit(each, inner);
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
