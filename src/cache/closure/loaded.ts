import type { Project, Resolution } from "../code/project.ts";
import { isSource } from "./assets.ts";
import { evaluationOrder } from "./evaluation.ts";
import type { Export, FileRecord, Import, Item } from "./record.ts";
import type { Records } from "./records.ts";
import { shown } from "./shown.ts";

/** One module of those that a task's module loads. */
export interface Loaded {
  readonly path: string;
  readonly record: FileRecord;
}

/** Where an exported name leads. */
export type Origin =
  | { readonly kind: "local"; readonly module: Loaded; readonly name: string }
  | { readonly kind: "whole"; readonly module: Loaded }
  | Outside;

/** Something that is no source of the project. */
export interface Outside {
  readonly kind: "outside";
  readonly target: string;
  readonly package: string | null;
}

interface Index {
  readonly imports: ReadonlyMap<string, Import>;
  readonly items: Map<string, readonly Item[]>;
}

/** The modules that a task's module loads, in the order of their evaluation, and what their names lead to. */
export class Modules {
  readonly order: Loaded[] = [];
  readonly missing = new Set<string>();
  private readonly project: Project;
  private readonly records: Records;
  private readonly byPath = new Map<string, Loaded>();
  private readonly entered = new Set<string>();
  private readonly loads = new Map<string, readonly (string | null)[]>();
  /** The task's module, and those that are imported late. */
  private readonly roots: string[] = [];
  private readonly indices = new Map<FileRecord, Index>();

  constructor(project: Project, records: Records) {
    this.project = project;
    this.records = records;
  }

  /** Loads a module with all that it imports; those that are new come behind what was loaded before. */
  load(entry: string): Loaded | null {
    if (!this.entered.has(entry)) {
      this.roots.push(entry);
      this.order.push(...this.evaluated(entry, this.entered, false));
    }
    return this.byPath.get(entry) ?? null;
  }

  /**
   * Other orders in which the same modules may be evaluated: by a loader of TypeScript that leaves out imports of which
   * nothing is used, and from each module that is imported late, as nobody knows when it is.
   */
  *otherOrders(): Generator<readonly Loaded[]> {
    const [main, ...late] = this.roots;
    if (main === undefined) return;
    const hasIdle = this.order.some(({ record }) => record.idle.length > 0);
    const first = new Set<string>();
    const without = new Set<string>();
    this.evaluated(main, first, false);
    const order = this.evaluated(main, without, true);
    if (hasIdle) yield order;
    for (const root of late) {
      yield this.evaluated(root, new Set(first), false);
      if (hasIdle) yield this.evaluated(root, new Set(without), true);
    }
  }

  private evaluated(entry: string, seen: Set<string>, withoutIdle: boolean): Loaded[] {
    const paths = evaluationOrder(entry, seen, path => this.loadsOf(path, withoutIdle));
    return paths.flatMap(path => this.byPath.get(path) ?? []);
  }

  /** The sources that a module loads, by their paths. */
  private loadsOf(path: string, withoutIdle: boolean): readonly string[] {
    let loads = this.loads.get(path);
    if (loads === undefined) {
      const record = this.records.of(path);
      loads = (record?.loads ?? []).map(specifier => {
        const found = this.project.resolve(path, specifier);
        return found.kind === "source" && isSource(found.path) ? found.path : null;
      });
      this.loads.set(path, loads);
      if (record !== null) this.byPath.set(path, { path, record });
    }
    const idle = withoutIdle ? (this.byPath.get(path)?.record.idle ?? []) : [];
    return loads.filter((each, at): each is string => each !== null && !idle.includes(at));
  }

  resolve(from: Loaded, specifier: string): Resolution {
    return this.project.resolve(from.path, specifier);
  }

  /** What a name that a module imports or exports leads to, through any number of re-exports. */
  follow(from: Loaded, specifier: string, imported: string, seen = new Set<string>()): Origin {
    const found = this.resolve(from, specifier);
    if (found.kind === "source" && isSource(found.path)) {
      const module = this.byPath.get(found.path) ?? this.load(found.path);
      if (module === null) return { kind: "outside", target: `missing ${specifier}`, package: null };
      return imported === "*" ? { kind: "whole", module } : this.exported(module, imported, seen);
    }
    return this.outside(from, found, specifier, imported);
  }

  importOf({ record }: Loaded, local: string): Import | undefined {
    return this.indexOf(record).imports.get(local);
  }

  itemsOf({ record }: Loaded, name: string): readonly Item[] {
    return this.indexOf(record).items.get(name) ?? [];
  }

  /** What a name in a module leads to. */
  named(module: Loaded, name: string): Origin {
    const imported = this.importOf(module, name);
    if (imported === undefined) return { kind: "local", module, name };
    return this.follow(module, imported.specifier, imported.imported);
  }

  private indexOf(record: FileRecord): Index {
    let index = this.indices.get(record);
    if (index === undefined) {
      index = { imports: new Map(record.imports.map(each => [each.local, each])), items: new Map() };
      for (const item of record.items) {
        for (const name of item.names) index.items.set(name, [...(index.items.get(name) ?? []), item]);
      }
      this.indices.set(record, index);
    }
    return index;
  }

  /** Modules that are loaded for what they do alone. */
  bare({ record }: Loaded): string[] {
    const named = new Set([
      ...record.imports.map(each => each.specifier),
      ...record.stars,
      ...record.idle.map(at => record.loads[at]!),
    ]);
    for (const each of Object.values(record.exports)) if ("specifier" in each) named.add(each.specifier);
    return record.loads.filter(specifier => !named.has(specifier));
  }

  private sourceOf(module: Loaded, specifier: string): Loaded | null {
    const found = this.resolve(module, specifier);
    return found.kind === "source" ? (this.byPath.get(found.path) ?? null) : null;
  }

  exported(module: Loaded, name: string, seen = new Set<string>()): Origin {
    const { record, path } = module;
    const mark = `${path} ${name}`;
    if (seen.has(mark)) return { kind: "whole", module };
    seen.add(mark);
    const own: Export | undefined = Object.hasOwn(record.exports, name) ? record.exports[name] : undefined;
    if (own !== undefined) {
      if ("specifier" in own) return this.follow(module, own.specifier, own.imported, seen);
      const passedOn = this.importOf(module, own.local);
      if (passedOn === undefined) return { kind: "local", module, name: own.local };
      return this.follow(module, passedOn.specifier, passedOn.imported, seen);
    }
    const offers = name === "default" ? [] : record.stars.flatMap(star => this.sourceOf(module, star) ?? []);
    const origins = offers
      .filter(next => this.offers(next, name))
      .map(next => this.exported(next, name, new Set(seen)));
    const [first, ...others] = origins;
    // What two modules offer under one name, each its own, nobody gets.
    if (first === undefined || !others.every(other => isSame(first, other))) return { kind: "whole", module };
    return first;
  }

  outside(from: Loaded, found: Resolution, specifier: string, imported: string): Outside {
    switch (found.kind) {
      case "package": {
        const named = `${found.name}@${found.version}`;
        return {
          kind: "outside",
          target: `package ${named} ${found.fingerprint} ${specifier} ${imported}`,
          package: named,
        };
      }
      case "data":
      case "source":
        return { kind: "outside", target: `data ${this.project.digestOf(found.path) ?? "missing"}`, package: null };
      case "builtin":
        return { kind: "outside", target: `builtin ${found.name} ${imported}`, package: null };
      case "heddle":
        return { kind: "outside", target: `heddle ${imported}`, package: null };
      default:
        this.missing.add(`in ${shown(this.project, from.path)} an import is not followed: ${found.problem}`);
        return { kind: "outside", target: `unknown ${specifier} ${imported}`, package: null };
    }
  }

  private offers(module: Loaded, name: string, seen = new Set<string>()): boolean {
    if (seen.has(module.path)) return false;
    seen.add(module.path);
    if (name === "default") return Object.hasOwn(module.record.exports, name);
    if (Object.hasOwn(module.record.exports, name)) return true;
    return module.record.stars.some(star => {
      const next = this.sourceOf(module, star);
      return next !== null && this.offers(next, name, seen);
    });
  }
}

function isSame(one: Origin, other: Origin): boolean {
  if (one.kind === "local") return other.kind === "local" && one.module === other.module && one.name === other.name;
  if (one.kind === "whole") return other.kind === "whole" && one.module === other.module;
  return other.kind === "outside" && one.target === other.target;
}
