import type { Project, Resolution } from "../code/project.ts";
import type { Export, FileRecord } from "./record.ts";
import type { Records } from "./records.ts";

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

const SOURCE = /\.[cm]?[jt]sx?$/;

/** The modules that a task's module loads, in the order of their evaluation, and what their names lead to. */
export class Modules {
  readonly order: Loaded[] = [];
  readonly missing: string[] = [];
  private readonly project: Project;
  private readonly records: Records;
  private readonly byPath = new Map<string, Loaded>();

  constructor(project: Project, records: Records) {
    this.project = project;
    this.records = records;
  }

  /** Loads a module with all that it imports; those that are new come behind what was loaded before. */
  load(entry: string): Loaded | null {
    const stack: { readonly path: string; readonly record: FileRecord; next: number }[] = [];
    const enter = (path: string) => {
      if (this.byPath.has(path)) return;
      const record = this.records.of(path);
      if (record === null) return;
      this.byPath.set(path, { path, record });
      stack.push({ path, record, next: 0 });
    };
    enter(entry);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const specifier = top.record.loads[top.next++];
      if (specifier === undefined) {
        stack.pop();
        this.order.push(this.byPath.get(top.path)!);
        continue;
      }
      const found = this.project.resolve(top.path, specifier);
      if (found.kind === "source" && SOURCE.test(found.path)) enter(found.path);
    }
    return this.byPath.get(entry) ?? null;
  }

  resolve(from: Loaded, specifier: string): Resolution {
    return this.project.resolve(from.path, specifier);
  }

  /** What a name that a module imports or exports leads to, through any number of re-exports. */
  follow(from: Loaded, specifier: string, imported: string, seen = new Set<string>()): Origin {
    const found = this.resolve(from, specifier);
    if (found.kind === "source" && SOURCE.test(found.path)) {
      const module = this.byPath.get(found.path) ?? this.load(found.path);
      if (module === null) return { kind: "outside", target: `missing ${specifier}`, package: null };
      return imported === "*" ? { kind: "whole", module } : this.exported(module, imported, seen);
    }
    return this.outside(found, specifier, imported);
  }

  exported(module: Loaded, name: string, seen = new Set<string>()): Origin {
    const { record, path } = module;
    const mark = `${path} ${name}`;
    if (seen.has(mark)) return { kind: "whole", module };
    seen.add(mark);
    const own: Export | undefined = Object.hasOwn(record.exports, name) ? record.exports[name] : undefined;
    if (own !== undefined) {
      if ("specifier" in own) return this.follow(module, own.specifier, own.imported, seen);
      const passedOn = record.imports.find(each => each.local === own.local);
      if (passedOn === undefined) return { kind: "local", module, name: own.local };
      return this.follow(module, passedOn.specifier, passedOn.imported, seen);
    }
    for (const star of record.stars) {
      const found = this.resolve(module, star);
      if (found.kind !== "source") continue;
      const next = this.byPath.get(found.path);
      if (next === undefined || !this.offers(next, name)) continue;
      return this.exported(next, name, seen);
    }
    return { kind: "whole", module };
  }

  outside(found: Resolution, specifier: string, imported: string): Outside {
    switch (found.kind) {
      case "package": {
        const named = `${found.name}@${found.version}`;
        const target = `package ${named} ${found.fingerprint} ${found.path ?? ""} ${specifier} ${imported}`;
        return { kind: "outside", target: target.replace(/ \/\S*/, ""), package: named };
      }
      case "data":
      case "source":
        return { kind: "outside", target: `data ${this.project.digestOf(found.path) ?? "missing"}`, package: null };
      case "builtin":
        return { kind: "outside", target: `builtin ${found.name} ${imported}`, package: null };
      case "heddle":
        return { kind: "outside", target: `heddle ${imported}`, package: null };
      default:
        this.missing.push(`${specifier} is not found: ${found.problem}`);
        return { kind: "outside", target: `unknown ${specifier} ${imported}`, package: null };
    }
  }

  private offers(module: Loaded, name: string, seen = new Set<string>()): boolean {
    if (seen.has(module.path)) return false;
    seen.add(module.path);
    if (name === "default") return Object.hasOwn(module.record.exports, name);
    if (Object.hasOwn(module.record.exports, name)) return true;
    return module.record.stars.some(star => {
      const found = this.resolve(module, star);
      const next = found.kind === "source" ? this.byPath.get(found.path) : undefined;
      return next !== undefined && this.offers(next, name, seen);
    });
  }
}
