import { bare, children, isNode, isTypeOnly, type Module, type Node, node, nodes, parse, text } from "./ast.ts";
import { hashOf, type StandsFor } from "./canonical.ts";
import { type Definition, Heddle, parametersOf } from "./definitions.ts";
import { Links } from "./links.ts";
import { declared, defaultName, lexicalNames, nameOf, namesIn } from "./names.ts";
import { isPure, isPureClass, isPureEnum, type Surroundings } from "./purity.ts";
import { isQuiet } from "./quiet.ts";
import type { FileRecord, Item, TaskItem } from "./record.ts";
import { reachOf } from "./references.ts";

/** What a file says, from its text alone. */
export function analyse(path: string, source: string): FileRecord {
  try {
    return new Analyser(parse(path, source)).record(/\.([cm]?ts|tsx)$/.test(path));
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
    const nothing = { items: [], tasks: [], imports: [], exports: {}, stars: [], loads: [], idle: [], jsx: "" };
    return { ...nothing, error: error.message };
  }
}

/** The names that blocks bind below a node. */
function blockNames(at: Node): string[] {
  if (/Function|Class/.test(at.type)) return [];
  return [...children(at)].flatMap(each => [...lexicalNames(each), ...blockNames(each)]);
}

class Analyser implements Surroundings {
  readonly pure: ReadonlySet<number>;
  private readonly body: readonly Node[];
  private readonly jsx: string;
  private readonly links: Links;
  private readonly heddle: Heddle;
  /** Names that code uses which does nothing, and is left out. */
  private readonly alsoUsed: string[] = [];
  private readonly items: Item[] = [];
  private readonly tasks: TaskItem[] = [];
  private readonly bound = new Set<string>();

  constructor({ body, pure, jsx }: Module) {
    this.body = body;
    this.pure = pure;
    this.jsx = jsx;
    this.links = new Links(body);
    this.heddle = new Heddle(this.links.imports, body);
  }

  record(isTyped: boolean): FileRecord {
    for (const { local } of this.links.imports) this.bound.add(local);
    for (const statement of this.body) for (const name of declared(statement)) this.bound.add(name);
    for (const statement of this.body) this.statement(statement);
    const { items, tasks, jsx } = this;
    const { imports, exports, stars, loads } = this.links;
    const idle = isTyped ? this.links.idle(this.used()) : [];
    return { items, tasks, imports, exports, stars, loads, idle, jsx };
  }

  private used(): Set<string> {
    const used = new Set(this.alsoUsed);
    for (const { references } of [...this.items, ...this.tasks]) for (const { name } of references) used.add(name);
    for (const { local, specifier } of this.links.imports) if (specifier === "heddle") used.add(local);
    return used;
  }

  isBound(name: string): boolean {
    return this.bound.has(name);
  }

  isDefinition(call: Node): boolean {
    return this.heddle.isMaker(call) && this.heddle.acting(nodes(call["arguments"])).length === 0;
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
        this.add(at, [nameOf(at["id"])], !isPureEnum(at, this));
        return;
      case "TSModuleDeclaration":
        this.add(at, declared(at), true);
        return;
      case "TSImportEqualsDeclaration":
        if (node(at["moduleReference"]).type !== "TSExternalModuleReference") this.add(at, [nameOf(at["id"])], false);
        return;
      case "ExpressionStatement":
        this.expression(at);
        return;
      case "ForOfStatement":
        this.add(at, [], !this.onlyMakes(at));
        return;
      default:
        this.add(at, declared(at), true);
    }
  }

  private expression(at: Node): void {
    const pure = isPure(node(at["expression"]), this);
    if (!pure || this.heddle.definitionsIn(at).length > 0) this.add(at, [], !pure);
    else this.alsoUsed.push(...reachOf([at], () => false).references.map(({ name }) => name));
  }

  /** Whether a loop over a list that is written out does no more than define targets. */
  private onlyMakes(at: Node): boolean {
    const right = bare(node(at["right"]));
    const list = right.type === "Identifier" ? this.functionOf(text(right["name"])) : right;
    if (at["await"] === true || list?.type !== "ArrayExpression" || !isPure(list, this)) return false;
    if (node(at["left"]).type !== "VariableDeclaration") return false;
    const body = node(at["body"]);
    const statements = body.type === "BlockStatement" ? nodes(body["body"]) : [body];
    return statements.every(each => {
      if (each.type === "ExpressionStatement") return this.heddle.acting([node(each["expression"])]).length === 0;
      if (each.type !== "VariableDeclaration") return false;
      return this.heddle.acting([each]).length === 0;
    });
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
      if (definition === undefined) return undefined;
      const acts = definition.acts.map(act => hashOf(act, () => undefined));
      return [`${definition.kind} ${definition.name ?? "(computed)"}`, ...acts].join(" ");
    };
    const own = isNode(at["init"]) ? bare(at["init"]) : bare(isNode(at["expression"]) ? at["expression"] : at);
    const inner = new Set(/^For|Block/.test(at.type) ? blockNames(at) : []);
    const tasks = definitions.map(each => this.tasks.push(this.taskOf(each, each.call === own, inner)) - 1);
    for (const { kind, call, fn } of definitions) {
      if (kind !== "target") continue;
      const options = nodes(call["arguments"]).filter(each => bare(each) !== fn);
      this.alsoUsed.push(...reachOf(options, () => false).references.map(({ name }) => name));
    }
    const acts = definitions.flatMap(definition => definition.acts);
    const reach = reachOf([at, ...acts], each => calls.has(each));
    const hash = `${kind}${hashOf(at, standsFor)}`;
    this.items.push({ hash, names, effect, quiet: effect && isQuiet(at), tasks, ...reach });
  }

  private taskOf({ kind, name, fn, inside }: Definition, alone: boolean, inner: ReadonlySet<string>): TaskItem {
    const nothing: StandsFor = () => undefined;
    const reach = reachOf([fn], () => false);
    const target = fn.type === "Identifier" ? this.functionOf(text(fn["name"])) : fn;
    return {
      name: name ?? "",
      kind,
      hash: hashOf(fn, nothing),
      parameters: parametersOf(target ?? fn),
      inside,
      alone,
      closes: reach.references.some(each => inner.has(each.name)),
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
