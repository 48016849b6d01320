import type { Project } from "../code/project.ts";
import type { Code, CodeMode } from "../code.ts";
import { assetOf, isSource } from "./assets.ts";
import { jsxOf } from "./jsx.ts";
import { type Loaded, Modules, type Origin, type Outside } from "./loaded.ts";
import type { Item, TaskItem } from "./record.ts";
import type { Records } from "./records.ts";
import { JSX, type Reach, type Reference } from "./references.ts";
import { shown } from "./shown.ts";
import { type Kept, type Named, nameOf, type Reached, type Target, written } from "./written.ts";

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

/** Uses of a target that do not run its function: targets run when they are built, and count by their records. */
const OF_TARGETS: ReadonlySet<string> = new Set(["()", ".outputs", ".result", ".name", ".targetName"]);

const NOTHING = { names: [], open: true, defaults: [] } as const;

/** The code that the result of a task can depend on. */
export function closureOf(project: Project, records: Records, subject: Subject, mode: CodeMode): Code {
  return new Closure(project, records, subject).code(mode);
}

class Closure {
  private readonly modules: Modules;
  private readonly project: Project;
  private readonly subject: Subject;
  private readonly kept = new Map<Item, Kept>();
  private readonly tasks = new Map<TaskItem, Reached>();
  private readonly packages = new Map<string, Set<string>>();
  private readonly loose = new Set<string>();
  private readonly unseen = new Set<string>();
  private readonly open: (() => void)[] = [];
  /** Modules all of which counts, and where their exports lead. */
  private readonly whole = new Map<Loaded, Named[]>();
  /** How many of the modules are begun: what they do on loading is kept. */
  private begun = 0;

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
    if (entry === null) {
      this.loose.add("its module's file is not there, so that only the text of its function counts.");
      return this.result(`text ${text}`, []);
    }
    this.settle();
    if (mode === "closure" && task !== undefined && others.length === 0 && !task.inside) {
      if (task.closes) this.keepAround(task, entry);
      const { targets } = this.reachTask(task, entry, this.subject.kind === "task");
      this.settle();
      if (this.loose.size === 0) return { ...this.result(task.hash, targets), parameters };
    } else if (mode === "closure") this.whyWhole(entry, task, others.length);
    for (const module of [...this.modules.order]) this.keepWhole(module);
    this.settle();
    if (mode === "module") this.loose.clear();
    const code = this.result(`whole ${task?.inside === true || task === undefined ? text : ""}`, []);
    return { ...code, parameters };
  }

  private whyWhole({ record }: Loaded, task: TaskItem | undefined, others: number): void {
    const why =
      record.error !== undefined
        ? `its module cannot be parsed (${record.error})`
        : task === undefined
          ? "its definition is not found in its module, as its name is computed or a function of another module makes it"
          : others > 0
            ? "its module defines more than one task of this name"
            : "it is defined inside a function";
    this.loose.add(`${why}, so the whole of its module counts.`);
    if (task?.inside === true) this.unseen.add("may use variables of the function in which it is defined");
  }

  /** The loop at the top level whose variables it uses. */
  private keepAround(task: TaskItem, module: Loaded): void {
    const { items, tasks } = module.record;
    for (const item of items) if (item.tasks.some(at => tasks[at] === task)) this.keep(item, module, true);
  }

  /** What a module does on loading it does for every task. */
  private begin(module: Loaded): void {
    const { items, error } = module.record;
    if (error !== undefined) {
      this.loose.add(`${this.show(module)} cannot be parsed (${error}), so all of it counts.`);
      this.packages.set(this.show(module), new Set([`unparsed ${this.project.digestOf(module.path)}`]));
    }
    for (const item of items) if (item.effect) this.keep(item, module, !this.isQuiet(item, module));
    for (const specifier of this.modules.bare(module)) {
      const found = this.modules.resolve(module, specifier);
      if (found.kind !== "source") this.note(this.modules.outside(module, found, specifier, "*"));
    }
  }

  /** Whether what the calls of a statement give is seen by no code: then tasks in it count by their names. */
  private isQuiet(item: Item, module: Loaded): boolean {
    if (!item.quiet) return false;
    return item.references.every(({ name, use }) => {
      if (!BY_NAME.has(use)) return true;
      const origin = this.modules.named(module, name);
      if (origin.kind !== "local") return origin.kind === "outside" && origin.target.startsWith("heddle");
      const items = origin.module.record.items.filter(each => each.names.includes(origin.name));
      return items.every(each => each.tasks.length > 0 && this.areAlone(each, origin.module));
    });
  }

  private areAlone(item: Item, { record }: Loaded): boolean {
    return item.tasks.every(at => record.tasks[at]!.alone);
  }

  private keepWhole(module: Loaded): string {
    if (!this.whole.has(module)) {
      const named: Named[] = [];
      this.whole.set(module, named);
      this.open.push(() => this.reachWhole(module, named));
    }
    return `module ${this.show(module)}`;
  }

  private reachWhole(module: Loaded, named: Named[]): void {
    const { items, exports, stars } = module.record;
    for (const item of items) {
      this.keep(item, module, true);
      for (const task of item.tasks) this.reachTask(module.record.tasks[task]!, module, true);
    }
    for (const name of Object.keys(exports)) {
      named.push([name, this.reach(this.modules.exported(module, name), "", true)]);
    }
    for (const star of stars) named.push(["*", this.reach(this.modules.follow(module, star, "*"), "", true)]);
  }

  private settle(): void {
    for (;;) {
      const next = this.open.pop();
      if (next !== undefined) next();
      else if (this.begun < this.modules.order.length) this.begin(this.modules.order[this.begun++]!);
      else return;
    }
  }

  /** @param full Tasks that it calls by their names count as well, as they are not called in the flow in question. */
  private keep(item: Item, module: Loaded, full: boolean): Kept {
    const known = this.kept.get(item);
    if (known !== undefined && (known.full || !full)) return known;
    const kept = known ?? { item, module, targets: [], place: 0, full };
    kept.full = full;
    this.kept.set(item, kept);
    this.open.push(() => this.reachAll(item, module, kept, nameOf(item)));
    return kept;
  }

  private reachTask(task: TaskItem, module: Loaded, full: boolean): Reached {
    const known = this.tasks.get(task);
    if (known !== undefined && (known.full || !full)) return known;
    const reached = known ?? { targets: [], full };
    reached.full = full;
    this.tasks.set(task, reached);
    this.open.push(() => this.reachAll(task, module, reached, task.name));
    return reached;
  }

  private reachAll(reach: Reach, module: Loaded, to: Reached, name: string): void {
    const { full } = to;
    const targets: Target[] = [];
    for (const reference of reach.references) targets.push(...this.resolve(reference, module, full), ";");
    for (const specifier of reach.imports)
      targets.push(...this.reach(this.modules.follow(module, specifier, "*"), "", full));
    for (const asset of reach.assets) targets.push(this.asset(module, asset));
    for (const variable of reach.environment) this.unseen.add(`reads the environment variable ${variable}`);
    for (const problem of reach.loose)
      this.loose.add(`in ${this.show(module)} ${problem} (${name}), so the whole of all modules counts.`);
    to.targets.splice(0, to.targets.length, ...targets);
  }

  private asset(module: Loaded, asset: string): string {
    const path = assetOf(module.path, asset);
    const loaded = isSource(path) ? this.modules.load(path) : null;
    return loaded === null ? `data ${this.project.digestOf(path) ?? "missing"}` : this.keepWhole(loaded);
  }

  private resolve(reference: Reference, module: Loaded, full: boolean): readonly Target[] {
    const { name, use } = reference;
    const more = use === JSX ? this.jsx(module) : [];
    const imported = this.modules.importOf(module, name);
    if (imported === undefined) return [...this.local(name, module, use, full), ...more];
    const isMember = imported.imported === "*" && use.startsWith(".");
    const origin = this.modules.follow(module, imported.specifier, isMember ? use.slice(1) : imported.imported);
    return [...this.reach(origin, isMember ? "" : use, full), ...more];
  }

  private jsx(module: Loaded): readonly Target[] {
    const { settings, runtimes } = jsxOf(this.project, module);
    const targets = runtimes.map(specifier => this.reach(this.modules.follow(module, specifier, "*"), "", true));
    return [settings, ...targets.flat()];
  }

  private local(name: string, module: Loaded, use: string, full: boolean): readonly Target[] {
    const items = this.modules.itemsOf(module, name);
    if (items.length === 0) return [`global ${name}`];
    return items.map(item => {
      const isNamed = this.isByName(item, module, use, full);
      if (!isNamed) for (const task of item.tasks) this.reachTask(module.record.tasks[task]!, module, full);
      return this.keep(item, module, full);
    });
  }

  private isByName(item: Item, module: Loaded, use: string, full: boolean): boolean {
    const { tasks } = module.record;
    const isTarget = item.tasks.length > 0 && item.tasks.every(at => tasks[at]!.kind === "target");
    return (isTarget ? OF_TARGETS.has(use) : BY_NAME.has(use) && !full) && this.areAlone(item, module);
  }

  private reach(origin: Origin, use: string, full: boolean): readonly Target[] {
    if (origin.kind === "local") return this.local(origin.name, origin.module, use, full);
    if (origin.kind === "outside") return [this.note(origin)];
    return [this.keepWhole(origin.module)];
  }

  /** A package counts once for each of the names that are taken from it. */
  private note({ target, package: named }: Outside): string {
    if (named !== null) this.packages.set(named, (this.packages.get(named) ?? new Set()).add(target));
    return target;
  }

  private show({ path }: Loaded): string {
    return shown(this.project, path);
  }

  private result(root: string, targets: readonly Target[]): Code {
    const { project, subject, modules, kept, tasks, whole, packages } = this;
    return {
      ...written({ project, subject, modules, kept, tasks, whole, packages, root, targets }),
      loose: [...new Set([...this.loose, ...modules.missing])],
      unseen: [...this.unseen],
      parameters: NOTHING,
    };
  }
}
