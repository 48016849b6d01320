/** What targets have left that are gone. Nobody is gone of whom it is not known: see `Living`. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { packageOf } from "../../task/identity.ts";
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

/** Targets that are not gone, though not all of them are in the graph: others would return them, or their module was not loaded. */
class Living {
  private readonly facts: Known;
  private readonly identities = new Set<string>();
  private readonly paths = new Set<string>();
  private readonly modules = new Map<string, boolean>();

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
      if (graph.named(identity) === undefined) for (const { path } of record.makes) this.paths.add(path);
    }
  }

  has(identity: string): boolean {
    return this.identities.has(identity);
  }

  makes(path: string): boolean {
    return this.paths.has(path) || this.facts.graph.makerOf(path) !== undefined;
  }

  /** It is of a module that is there, and was not loaded. */
  private isUnseen(identity: string): boolean {
    if (isLeft(identity)) return false;
    const module = identity.slice(0, identity.indexOf("#"));
    let unseen = this.modules.get(module);
    if (unseen === undefined) {
      const { modules, records } = this.facts;
      const home = packageOf(records.places.root);
      const file = home !== null && module.startsWith(`${home.name}/`) ? module.slice(home.name.length + 1) : null;
      const whole = file === null ? null : join(home!.root, file);
      unseen = whole !== null && existsSync(whole) && !modules.has(records.places.of(whole));
      this.modules.set(module, unseen);
    }
    return unseen;
  }
}
