import { bare, isNode, isTypeOnly, type Module, type Node, node, nodes, parse, text } from "./ast.ts";
import { hashOf, type StandsFor } from "./canonical.ts";
import { type Definition, Heddle, parametersOf } from "./definitions.ts";
import { stringOf } from "./literal.ts";
import { namesIn, varNames } from "./names.ts";
import { isPure, isPureClass, type Surroundings } from "./purity.ts";
import type { Export, FileRecord, Import, Item, TaskItem } from "./record.ts";
import { reachOf } from "./references.ts";

/** What a file says, from its text alone. */
export function analyse(path: string, source: string): FileRecord {
  try {
    return new Analyser(parse(path, source)).record();
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
    return { items: [], tasks: [], imports: [], exports: {}, stars: [], loads: [], error: error.message };
  }
}

/** The name under which a default export that has none of its own is known in its module. */
const DEFAULT = "*default*";

class Analyser implements Surroundings {
  readonly pure: ReadonlySet<number>;
  private readonly body: readonly Node[];
  private readonly imports: Import[] = [];
  private readonly exports: Record<string, Export> = {};
  private readonly stars: string[] = [];
  private readonly loads: string[] = [];
  private readonly items: Item[] = [];
  private readonly tasks: TaskItem[] = [];
  private readonly bound = new Set<string>();
  private heddle = new Heddle([]);

  constructor({ body, pure }: Module) {
    this.body = body;
    this.pure = pure;
  }

  record(): FileRecord {
    for (const statement of this.body) this.link(statement);
    this.heddle = new Heddle(this.imports);
    for (const { local } of this.imports) this.bound.add(local);
    for (const statement of this.body) for (const name of declared(statement)) this.bound.add(name);
    for (const statement of this.body) this.statement(statement);
    const { items, tasks, imports, exports, stars, loads } = this;
    return { items, tasks, imports, exports, stars, loads };
  }

  isBound(name: string): boolean {
    return this.bound.has(name);
  }

  isDefinition(call: Node): boolean {
    const name = this.heddle.nameOf(call);
    if (name === "task" || name === "flow") return true;
    return this.heddle.isMaker(call) && nodes(call["arguments"]).every(argument => isPure(argument, this));
  }

  /** Imports and exports. */
  private link(at: Node): void {
    const source = isNode(at["source"]) ? stringOf(at["source"]) : null;
    const isType = at["importKind"] === "type" || at["exportKind"] === "type";
    switch (at.type) {
      case "ImportDeclaration":
        if (!isType) this.importFrom(source!, nodes(at["specifiers"]));
        return;
      case "ExportAllDeclaration":
        if (isType) return;
        this.loads.push(source!);
        if (at["exported"] == null) this.stars.push(source!);
        else this.exports[nameOf(at["exported"])] = { specifier: source!, imported: "*" };
        return;
      case "ExportNamedDeclaration":
        if (!isType) this.exportNamed(at, source);
        return;
      case "ExportDefaultDeclaration":
        if (!isTypeOnly(node(at["declaration"])))
          this.exports["default"] = { local: defaultName(node(at["declaration"])) };
        return;
      case "TSImportEqualsDeclaration":
        this.importEquals(at);
        return;
      default:
    }
  }

  private importFrom(specifier: string, specifiers: readonly Node[]): void {
    const used = specifiers.filter(each => each["importKind"] !== "type");
    this.loads.push(specifier);
    for (const each of used) {
      const local = nameOf(each["local"]);
      if (each.type === "ImportNamespaceSpecifier") this.imports.push({ specifier, local, imported: "*" });
      else if (each.type === "ImportDefaultSpecifier") this.imports.push({ specifier, local, imported: "default" });
      else this.imports.push({ specifier, local, imported: nameOf(each["imported"]) });
    }
  }

  private exportNamed(at: Node, source: string | null): void {
    if (source !== null) this.loads.push(source);
    for (const each of nodes(at["specifiers"])) {
      if (each["exportKind"] === "type") continue;
      const exported = nameOf(each["exported"]);
      const local = nameOf(each["local"]);
      this.exports[exported] = source === null ? { local } : { specifier: source, imported: local };
    }
    if (isNode(at["declaration"])) for (const name of declared(at["declaration"])) this.exports[name] = { local: name };
  }

  private importEquals(at: Node): void {
    const reference = node(at["moduleReference"]);
    if (reference.type !== "TSExternalModuleReference") return;
    const specifier = stringOf(node(reference["expression"]));
    if (specifier === null) return;
    this.loads.push(specifier);
    this.imports.push({ specifier, local: nameOf(at["id"]), imported: "*" });
  }

  private statement(at: Node): void {
    if (isTypeOnly(at)) return;
    switch (at.type) {
      case "ImportDeclaration":
      case "ExportAllDeclaration":
      case "EmptyStatement":
        return;
      case "ExportNamedDeclaration":
        if (isNode(at["declaration"])) this.statement(at["declaration"]);
        return;
      case "ExportDefaultDeclaration":
        this.exportDefault(node(at["declaration"]));
        return;
      case "VariableDeclaration":
        for (const each of nodes(at["declarations"])) this.variable(each, text(at["kind"]));
        return;
      case "FunctionDeclaration":
        if (isNode(at["body"])) this.add(at, [nameOf(at["id"])], false);
        return;
      case "ClassDeclaration":
        this.add(at, [nameOf(at["id"])], !isPureClass(at, this));
        return;
      case "TSEnumDeclaration":
        this.add(at, [nameOf(at["id"])], false);
        return;
      case "TSModuleDeclaration":
        this.add(at, declared(at), true);
        return;
      case "TSImportEqualsDeclaration":
        if (node(at["moduleReference"]).type !== "TSExternalModuleReference") this.add(at, [nameOf(at["id"])], false);
        return;
      case "ExpressionStatement":
        if (!isPure(node(at["expression"]), this) || this.heddle.definitionsIn(at).length > 0)
          this.add(at, [], !this.defines(at));
        return;
      default:
        this.add(at, declared(at), true);
    }
  }

  private defines(at: Node): boolean {
    return isPure(node(at["expression"]), this);
  }

  private exportDefault(declaration: Node): void {
    if (isTypeOnly(declaration)) return;
    const name = defaultName(declaration);
    if (declaration.type === "FunctionDeclaration") {
      if (isNode(declaration["body"])) this.add(declaration, [name], false);
    } else if (declaration.type === "ClassDeclaration") this.add(declaration, [name], !isPureClass(declaration, this));
    else this.add(declaration, [name], !isPure(declaration, this));
  }

  private variable(declarator: Node, kind: string): void {
    const id = node(declarator["id"]);
    const { init } = declarator as { init?: unknown };
    const pure = id.type === "Identifier" && (!isNode(init) || isPure(init, this));
    this.add(declarator, namesIn(id), !pure || kind.endsWith("using"), kind);
  }

  private add(at: Node, names: readonly string[], effect: boolean, kind = ""): void {
    const definitions = this.heddle.definitionsIn(at);
    const calls = new Map(definitions.map(definition => [definition.call, definition]));
    const standsFor: StandsFor = each => {
      const definition = calls.get(each);
      return definition === undefined ? undefined : `${definition.kind} ${definition.name ?? "(computed)"}`;
    };
    const tasks = definitions.map(definition => this.tasks.push(this.taskOf(definition)) - 1);
    const reach = reachOf(at, each => calls.has(each));
    this.items.push({ hash: `${kind}${hashOf(at, standsFor)}`, names, effect, tasks, ...reach });
  }

  private taskOf({ kind, name, fn, inside }: Definition): TaskItem {
    const nothing: StandsFor = () => undefined;
    const reach = reachOf(fn, () => false);
    const target = fn.type === "Identifier" ? this.functionOf(text(fn["name"])) : fn;
    return {
      name: name ?? "",
      kind,
      hash: hashOf(fn, nothing),
      parameters: parametersOf(target ?? fn),
      inside,
      ...reach,
    };
  }

  /** The function that a name stands for in this module. */
  private functionOf(name: string): Node | null {
    for (const statement of this.body) {
      const inner = isNode(statement["declaration"]) ? statement["declaration"] : statement;
      if (inner.type === "FunctionDeclaration" && nameOf(inner["id"]) === name) return inner;
      for (const each of nodes(inner["declarations"])) {
        if (nameOf(each["id"]) === name && isNode(each["init"])) return bare(each["init"]);
      }
    }
    return null;
  }
}

function defaultName(declaration: Node): string {
  return isNode(declaration["id"]) && /Declaration$/.test(declaration.type) ? nameOf(declaration["id"]) : DEFAULT;
}

/** An identifier's name, or the string that stands for one. */
function nameOf(at: unknown): string {
  if (!isNode(at)) return "";
  return text(at["name"]) || text(at["value"]);
}

/** What a statement declares in the module. */
function declared(at: Node): string[] {
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
