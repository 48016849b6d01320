import { hash } from "node:crypto";
import type { Digest } from "../../codec/digest.ts";
import type { CodePart } from "../../store/entry.ts";
import type { Project } from "../code/project.ts";
import type { Loaded, Modules } from "./loaded.ts";
import type { Item, TaskItem } from "./record.ts";
import { shown } from "./shown.ts";

/** Where a use leads: a part of the project, or in words what lies outside. */
export type Target = Kept | string;

export interface Reached {
  /** In the order of the references. */
  readonly targets: Target[];
  /** What it calls by name counts as well. */
  full: boolean;
}

export interface Kept extends Reached {
  readonly module: Loaded;
  readonly item: Item;
  place: number;
}

/** An exported name, and where it leads. */
export type Named = readonly [name: string, targets: readonly Target[]];

/** All that was found of a task's code. */
interface Findings {
  readonly project: Project;
  readonly subject: { readonly module: string; readonly name: string };
  readonly modules: Modules;
  readonly kept: ReadonlyMap<Item, Kept>;
  readonly tasks: ReadonlyMap<TaskItem, Reached>;
  readonly whole: ReadonlyMap<Loaded, readonly Named[]>;
  readonly packages: ReadonlyMap<string, ReadonlySet<string>>;
  readonly root: string;
  readonly targets: readonly Target[];
}

/** A digest of a closure in which parts are named by their places, so that names of modules do not count. */
export function written(found: Findings): { readonly digest: Digest; readonly parts: CodePart[] } {
  const { project, subject, root } = found;
  const all = inOrder(found);
  const parts: CodePart[] = [{ file: shown(project, subject.module), name: subject.name, digest: short(root) }];
  const lines = [`${root}${said(found.targets)}`];
  for (const { item, module, targets } of all) {
    const tasks = item.tasks.flatMap(at => {
      const task = module.record.tasks[at]!;
      const reached = found.tasks.get(task);
      return reached === undefined ? [] : [{ hash: task.hash, said: said(reached.targets) }];
    });
    lines.push([item.hash, said(targets), ...tasks.map(task => `${task.hash}${task.said}`)].join("\n"));
    const isRoot = module.path === subject.module && item.tasks.some(at => nameAt(module, at) === subject.name);
    if (isRoot) continue;
    const outside = targets.filter(each => typeof each === "string");
    const own = [item.hash, ...tasks.map(task => task.hash), ...outside].join("\n");
    parts.push({ file: shown(project, module.path), name: nameOf(item), digest: short(own) });
  }
  for (const [module, named] of found.whole) {
    lines.push([`whole ${shown(project, module.path)}`, ...named.map(([name, to]) => name + said(to))].join("\n"));
  }
  const orders = otherOrders(found, all.length);
  if (orders !== "") {
    lines.push(`or ${orders}`);
    parts.push({ file: parts[0]!.file, name: "(order of imports)", digest: short(orders) });
  }
  for (const [named, targets] of found.packages) {
    const target = [...targets].sort().join("\n");
    lines.push(target);
    parts.push({ file: named, name: "(package)", digest: short(target) });
  }
  return { digest: hash("sha256", lines.join("\n\n"), "hex") as Digest, parts };
}

/** What was kept in the order of evaluation, each with its place. */
function inOrder({ modules, kept }: Findings): Kept[] {
  const all = modules.order.flatMap(({ record }) => record.items.flatMap(item => kept.get(item) ?? []));
  all.forEach((each, place) => {
    each.place = place;
  });
  return all;
}

/** The orders in which the same may come to be evaluated, where they are others. */
function otherOrders({ modules, kept }: Findings, count: number): string {
  const usual = Array.from({ length: count }, (_, place) => place).join(" ");
  const orders: string[] = [];
  for (const order of modules.otherOrders()) {
    const items = order.flatMap(({ record }) => record.items);
    const places = items.flatMap(item => kept.get(item)?.place ?? []).join(" ");
    if (places !== usual) orders.push(places);
  }
  return orders.join("; ");
}

function nameAt({ record }: Loaded, task: number): string {
  return record.tasks[task]!.name;
}

function said(targets: readonly Target[]): string {
  return targets.map(each => ` ${typeof each === "string" ? each : `#${each.place}`}`).join("");
}

export function nameOf({ names, effect }: Item): string {
  return names.length > 0 ? names.join(", ") : effect ? "(effects)" : "(statement)";
}

function short(text: string): string {
  return hash("sha256", text, "hex").slice(0, 16);
}
