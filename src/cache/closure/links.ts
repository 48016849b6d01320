import { isNode, isTypeOnly, type Node, node, nodes } from "./ast.ts";
import { stringOf } from "./literal.ts";
import { declared, defaultName, nameOf } from "./names.ts";
import type { Export, Import } from "./record.ts";

/** What a module imports and exports. */
export class Links {
  readonly imports: Import[] = [];
  readonly exports: Record<string, Export> = {};
  readonly stars: string[] = [];
  readonly loads: string[] = [];
  /** The names that each of `loads` is for; null where it is loaded whether or not they are used. */
  private readonly locals: (readonly string[] | null)[] = [];

  constructor(body: readonly Node[]) {
    for (const statement of body) this.link(statement);
  }

  /**
   * The places in `loads` of imports of names none of which is used when the program runs. Some loaders of TypeScript
   * leave out such imports, others load the module.
   */
  idle(used: ReadonlySet<string>): number[] {
    const needed = new Set(used);
    for (const each of Object.values(this.exports)) if ("local" in each) needed.add(each.local);
    return this.locals.flatMap((locals, at) => (locals?.some(local => needed.has(local)) === false ? [at] : []));
  }

  private link(at: Node): void {
    if (at["importKind"] === "type" || at["exportKind"] === "type") return;
    const source = isNode(at["source"]) ? stringOf(at["source"]) : null;
    switch (at.type) {
      case "ImportDeclaration":
        this.importFrom(source!, nodes(at["specifiers"]));
        return;
      case "ExportAllDeclaration":
        this.load(source!);
        if (at["exported"] == null) this.stars.push(source!);
        else this.exports[nameOf(at["exported"])] = { specifier: source!, imported: "*" };
        return;
      case "ExportNamedDeclaration":
        this.exportNamed(at, source);
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

  private load(specifier: string, locals: readonly string[] | null = null): void {
    this.loads.push(specifier);
    this.locals.push(locals);
  }

  private importFrom(specifier: string, specifiers: readonly Node[]): void {
    this.load(specifier, specifiers.length === 0 ? null : specifiers.map(each => nameOf(each["local"])));
    for (const each of specifiers) {
      if (each["importKind"] === "type") continue;
      const local = nameOf(each["local"]);
      if (each.type === "ImportNamespaceSpecifier") this.imports.push({ specifier, local, imported: "*" });
      else if (each.type === "ImportDefaultSpecifier") this.imports.push({ specifier, local, imported: "default" });
      else this.imports.push({ specifier, local, imported: nameOf(each["imported"]) });
    }
  }

  private exportNamed(at: Node, source: string | null): void {
    if (source !== null) this.load(source);
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
    this.load(specifier, [nameOf(at["id"])]);
    this.imports.push({ specifier, local: nameOf(at["id"]), imported: "*" });
  }
}
