import { hash } from "node:crypto";
import { dirname, isAbsolute, join, relative, sep } from "node:path";
import type { Digest } from "../../codec/digest.ts";
import type { CodePart } from "../../store/entry.ts";
import type { Project } from "../code/project.ts";
import type { Code, CodeMode } from "../code.ts";
import { type Loaded, Modules, type Origin, type Outside } from "./loaded.ts";
import type { Item, TaskItem } from "./record.ts";
import type { Records } from "./records.ts";
import type { Reach, Reference } from "./references.ts";

export interface Subject {
  /** The path of the module's file. */
  readonly module: string;
  readonly name: string;
  readonly kind: "task" | "flow";
  /** The text of its function. */
  readonly text: string;
}

/** Uses of a task that do not run its function here: what it gives counts by its own key. */
const BY_NAME: ReadonlySet<string> = new Set(
  "() .submit .map .with .delay .plan .key .clear .clearAll .taskName .identity".split(" "),
);

const NOTHING = { names: [], open: true, defaults: [] } as const;

/** The code that the result of a task can depend on. */
export function closureOf(project: Project, records: Records, subject: Subject, mode: CodeMode): Code {
  return new Closure(project, records, subject).code(mode);
}

interface Kept {
  readonly module: Loaded;
  readonly item: Item;
  /** Where each of its references leads, in their order; kept until places in the order are known. */
  readonly targets: (Kept | string)[];
  place: number;
}

class Closure {
  private readonly modules: Modules;
  private readonly project: Project;
  private readonly subject: Subject;
  private readonly kept = new Map<Item, Kept>();
  private readonly reachedTasks = new Map<TaskItem, (Kept | string)[]>();
  private readonly packages = new Map<string, Set<string>>();
  private readonly loose = new Set<string>();
  private readonly unseen = new Set<string>();
  private readonly open: (() => void)[] = [];
  private readonly whole = new Set<string>();

  constructor(project: Project, records: Records, subject: Subject) {
    this.project = project;
    this.modules = new Modules(project, records);
    this.subject = subject;
  }

  code(mode: CodeMode): Code {
    const { module: path, text } = this.subject;
    const entry = this.modules.load(path);
    const [task, ...others] = entry?.record.tasks.filter(each => each.name === this.subject.name) ?? [];
    const parameters = task?.parameters ?? NOTHING;
    if (mode === "none") return { ...this.result("none", []), parameters };
    if (entry === null) return this.result(`text ${text}`, ["its module's file is not there"]);
    this.effects();
    if (mode === "closure" && task !== undefined && others.length === 0 && !task.inside) {
      const targets = this.reachTask(task, entry);
      this.settle();
      if (this.loose.size === 0) return { ...this.result(task.hash, [], targets), parameters };
    } else if (mode === "closure") this.whyWhole(entry, task, others.length);
    this.everything();
    const code = this.result(`whole ${task?.inside === true || task === undefined ? text : ""}`, []);
    return { ...code, parameters };
  }

  private whyWhole({ record }: Loaded, task: TaskItem | undefined, others: number): void {
    const why =
      record.error !== undefined
        ? `its module cannot be parsed (${record.error})`
        : task === undefined
          ? "its definition is not found in its module, as its name is computed"
          : others > 0
            ? "its module defines more than one task of this name"
            : "it is defined inside a function";
    this.loose.add(`${why}, so the whole of its module counts.`);
    if (task?.inside === true) this.unseen.add("may use variables of the function in which it is defined");
  }

  /** All modules are loaded, and what they do on loading they do for every task. */
  private effects(): void {
    for (const module of [...this.modules.order]) {
      const { record } = module;
      if (record.error !== undefined) {
        this.loose.add(`${this.show(module.path)} cannot be parsed (${record.error}), so all of it counts.`);
      }
      for (const item of record.items) if (item.effect) this.keep(item, module, true);
      for (const specifier of record.loads) {
        if (record.imports.some(each => each.specifier === specifier)) continue;
        const found = this.modules.resolve(module, specifier);
        if (found.kind !== "source") this.note(this.modules.outside(found, specifier, "*"));
      }
    }
    this.settle();
  }

  private everything(): void {
    for (const module of [...this.modules.order]) this.keepWhole(module);
    this.settle();
  }

  private keepWhole(module: Loaded): void {
    if (this.whole.has(module.path)) return;
    this.whole.add(module.path);
    for (const item of module.record.items) {
      this.keep(item, module, false);
      for (const task of item.tasks) this.reachTask(module.record.tasks[task]!, module);
    }
    for (const each of Object.values(module.record.exports)) {
      if ("specifier" in each) this.reach(this.modules.follow(module, each.specifier, each.imported), false);
    }
    for (const star of module.record.stars) this.reach(this.modules.follow(module, star, "*"), false);
  }

  private settle(): void {
    for (let next = this.open.pop(); next !== undefined; next = this.open.pop()) next();
  }

  private keep(item: Item, module: Loaded, loading: boolean): Kept {
    const known = this.kept.get(item);
    if (known !== undefined) return known;
    const kept: Kept = { item, module, targets: [], place: 0 };
    this.kept.set(item, kept);
    this.open.push(() => this.reachAll(item, module, kept.targets, loading));
    return kept;
  }

  private reachTask(task: TaskItem, module: Loaded): (Kept | string)[] {
    const known = this.reachedTasks.get(task);
    if (known !== undefined) return known;
    const targets: (Kept | string)[] = [];
    this.reachedTasks.set(task, targets);
    this.open.push(() => this.reachAll(task, module, targets, false));
    return targets;
  }

  private reachAll(reach: Reach, module: Loaded, targets: (Kept | string)[], loading: boolean): void {
    for (const reference of reach.references) targets.push(...this.resolve(reference, module, loading));
    for (const specifier of reach.imports)
      targets.push(...this.reach(this.modules.follow(module, specifier, "*"), false));
    for (const asset of reach.assets) targets.push(this.asset(module, asset));
    for (const name of reach.environment) this.unseen.add(`reads the environment variable ${name}`);
    for (const problem of reach.loose)
      this.loose.add(`In ${this.show(module.path)} ${problem}, so the whole of it counts.`);
  }

  private asset(module: Loaded, asset: string): string {
    const path = join(dirname(module.path), asset);
    if (/\.[cm]?[jt]sx?$/.test(path)) {
      const loaded = this.modules.load(path);
      if (loaded !== null) {
        for (const each of this.modules.order) this.keepWhole(each);
        return "module";
      }
    }
    return `data ${this.project.digestOf(path) ?? "missing"}`;
  }

  private resolve({ name, use }: Reference, module: Loaded, loading: boolean): (Kept | string)[] {
    const byName = BY_NAME.has(use) && (this.subject.kind === "flow" || loading);
    const imported = module.record.imports.find(each => each.local === name);
    if (imported === undefined) return this.local(name, module, byName);
    if (imported.imported !== "*" || !use.startsWith(".")) {
      return this.reach(this.modules.follow(module, imported.specifier, imported.imported), byName);
    }
    return this.reach(this.modules.follow(module, imported.specifier, use.slice(1)), false);
  }

  private local(name: string, module: Loaded, byName: boolean): (Kept | string)[] {
    const items = module.record.items.filter(item => item.names.includes(name));
    if (items.length === 0) return [`global ${name}`];
    return items.map(item => {
      const kept = this.keep(item, module, false);
      if (!byName) for (const task of item.tasks) this.reachTask(module.record.tasks[task]!, module);
      return kept;
    });
  }

  private reach(origin: Origin, byName: boolean): (Kept | string)[] {
    if (origin.kind === "local") return this.local(origin.name, origin.module, byName);
    if (origin.kind === "outside") return [this.note(origin)];
    this.keepWhole(origin.module);
    return [`module ${this.show(origin.module.path)}`];
  }

  private note({ target, package: named }: Outside): string {
    if (named !== null) this.packages.set(named, (this.packages.get(named) ?? new Set()).add(target));
    return target;
  }

  private said(targets: readonly (Kept | string)[]): string {
    return targets.map(each => ` ${typeof each === "string" ? each : `#${each.place}`}`).join("");
  }

  private result(root: string, more: readonly string[], rootTargets: readonly (Kept | string)[] = []): Code {
    const all: Kept[] = [];
    for (const module of this.modules.order) {
      for (const item of module.record.items) {
        const kept = this.kept.get(item);
        if (kept !== undefined) all.push(kept);
      }
    }
    all.forEach((kept, place) => {
      kept.place = place;
    });
    const parts: CodePart[] = [{ file: this.show(this.subject.module), name: this.subject.name, digest: short(root) }];
    const lines: string[] = [`${root}${this.said(rootTargets)}`];
    for (const { item, module, targets } of all) {
      const tasks = item.tasks.flatMap(at => {
        const task = module.record.tasks[at]!;
        const reached = this.reachedTasks.get(task);
        return reached === undefined ? [] : [`${task.hash}${this.said(reached)}`];
      });
      const line = [item.hash, this.said(targets), ...tasks].join("\n");
      lines.push(line);
      const isRoot = item.tasks.some(at => module.record.tasks[at]!.name === this.subject.name);
      if (!isRoot || module.path !== this.subject.module) {
        const own = [
          item.hash,
          ...tasks.map(task => task.slice(0, 32)),
          ...targets.filter(each => typeof each === "string"),
        ];
        parts.push({ file: this.show(module.path), name: nameOf(item), digest: short(own.join("\n")) });
      }
    }
    for (const [named, targets] of this.packages) {
      const target = [...targets].sort().join("\n");
      lines.push(target);
      parts.push({ file: named, name: "(package)", digest: short(target) });
    }
    const digest = hash("sha256", lines.join("\n\n"), "hex") as Digest;
    return {
      digest,
      parts,
      loose: [...this.loose, ...more, ...this.modules.missing],
      unseen: [...this.unseen],
      parameters: NOTHING,
    };
  }

  private show(path: string): string {
    const inside = relative(this.project.root, path);
    return isAbsolute(inside) ? path : inside.split(sep).join("/");
  }
}

function nameOf({ names, effect }: Item): string {
  return names.length > 0 ? names.join(", ") : effect ? "(effects)" : "(statement)";
}

function short(text: string): string {
  return hash("sha256", text, "hex").slice(0, 16);
}
