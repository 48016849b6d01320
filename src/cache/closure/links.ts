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
  private readonly certain = new Set<string>();

  constructor(body: readonly Node[]) {
    for (const statement of body) this.link(statement);
  }

  /**
   * Modules of which only names are imported, and none of these is used when the program runs. Some loaders of
   * TypeScript leave out such imports, others load the module.
   */
  idle(used: ReadonlySet<string>): string[] {
    const passedOn = Object.values(this.exports).flatMap(each => ("local" in each ? [each.local] : []));
    const needed = new Set(this.certain);
    for (const { specifier, local } of this.imports) {
      if (used.has(local) || passedOn.includes(local)) needed.add(specifier);
    }
    return [...new Set(this.loads)].filter(specifier => !needed.has(specifier));
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

  private load(specifier: string): void {
    this.loads.push(specifier);
    this.certain.add(specifier);
  }

  private importFrom(specifier: string, specifiers: readonly Node[]): void {
    if (specifiers.length === 0) this.load(specifier);
    else this.loads.push(specifier);
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
    this.loads.push(specifier);
    this.imports.push({ specifier, local: nameOf(at["id"]), imported: "*" });
  }
}
