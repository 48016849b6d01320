/** What targets have left that are gone. Nobody is gone of whom it is not known: see `Living`. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Package, packageOf } from "../../task/identity.ts";
import { expand } from "../collect/walk.ts";
import { identityOf } from "../declare/registry.ts";
import type { Facts } from "../facts/facts.ts";
import type { TargetRecord } from "../freshness/record.ts";
import { isLeft } from "../records/left.ts";

type Known = Pick<Facts, "graph" | "records" | "modules">;

/** Outputs of earlier builds that no target makes any more, and that are still there. */
export function orphansOf(facts: Known): string[] {
  const { records } = facts;
  const orphans: string[] = [];
  const empty: string[] = [];
  for (const { identity, makes } of orphanRecords(facts)) {
    const left = makes.filter(({ path }) => records.files.at(path).is !== "nothing");
    if (left.length === 0) empty.push(identity);
    for (const { path } of left) orphans.push(path);
  }
  records.forget(empty);
  return [...new Set(orphans)].sort((a, b) => (a < b ? -1 : 1));
}

/** The records of targets that are gone, with those outputs that no other makes by now. */
export function orphanRecords(facts: Known): TargetRecord[] {
  const { graph, records } = facts;
  const gone: TargetRecord[] = [];
  let living: Living | null = null;
  // Most records lie in the order of the graph, which saves to look for their targets.
  let next = 0;
  for (const identity of records.identities()) {
    if (graph.nodes[next]?.identity === identity) {
      next += 1;
      continue;
    }
    if (graph.named(identity) !== undefined) continue;
    living ??= new Living(facts);
    if (living.has(identity)) continue;
    const record = records.get(identity);
    if (record !== undefined) gone.push(record);
  }
  return gone.map(record => ({ ...record, makes: record.makes.filter(({ path }) => !living!.makes(path)) }));
}

/** Those that are there of the files that a module may be, by the name under which targets know it. */
function filesOf(module: string, packages: readonly (Package | null)[]): readonly string[] {
  return packages.flatMap(each => {
    if (each === null || !module.startsWith(`${each.name}/`)) return [];
    const file = join(each.root, module.slice(each.name.length + 1));
    return existsSync(file) ? [file] : [];
  });
}

function foldersOf(path: string): string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, at) => parts.slice(0, at + 1).join("/")).filter(folder => folder !== "");
}

/** Targets that are not gone, though not all of them are in the graph: others would return them, or their module was not loaded. */
class Living {
  private readonly facts: Known;
  private readonly identities = new Set<string>();
  /** What those make that are not in the graph, and the folders in which that lies. */
  private readonly paths = new Set<string>();
  private readonly around = new Set<string>();
  private readonly modules = new Map<string, boolean>();
  private packages: readonly (Package | null)[] | null = null;

  constructor(facts: Known) {
    this.facts = facts;
    const { graph, records } = facts;
    const open = graph.nodes.map(({ identity }) => identity);
    for (const identity of records.identities()) if (this.isUnseen(identity)) open.push(identity);
    for (const identity of open) {
      if (this.identities.has(identity)) continue;
      this.identities.add(identity);
      const record = records.get(identity);
      if (record === undefined) continue;
      for (const { family, member } of record.returned) open.push(identityOf(family, member));
      if (graph.named(identity) !== undefined) continue;
      for (const { path } of record.makes) {
        this.paths.add(path);
        for (const folder of foldersOf(path)) this.around.add(folder);
      }
    }
  }

  has(identity: string): boolean {
    return this.identities.has(identity);
  }

  /** This, the folder that it lies in, or something in it: a folder goes as a whole. */
  makes(path: string): boolean {
    const { graph } = this.facts;
    if (graph.makerOf(path) !== undefined || graph.makersBelow(path).length > 0) return true;
    return this.around.has(path) || this.paths.has(path) || foldersOf(path).some(folder => this.paths.has(folder));
  }

  /** The packages that lie in the project: the modules of these are known by their names. */
  private nested(): readonly (Package | null)[] {
    const { places } = this.facts.records;
    this.packages ??= expand("**/package.json", places).map(path => packageOf(dirname(places.absolute(path))));
    return this.packages;
  }

  /** It is of a module that is there, and was not loaded. */
  private isUnseen(identity: string): boolean {
    if (isLeft(identity)) return false;
    const module = identity.slice(0, identity.indexOf("#"));
    let unseen = this.modules.get(module);
    if (unseen === undefined) {
      const { modules, records } = this.facts;
      const found = filesOf(module, [packageOf(records.places.root)]);
      const files = found.length > 0 ? found : filesOf(module, this.nested());
      unseen = files.some(file => !modules.has(records.places.of(file)));
      this.modules.set(module, unseen);
    }
    return unseen;
  }
}
