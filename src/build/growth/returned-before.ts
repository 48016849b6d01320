import type { Returned } from "../freshness/record.ts";
import type { TargetGraph } from "../graph/graph.ts";
import { nodeOf, type TargetNode } from "../graph/node.ts";
import type { Records } from "../records/records.ts";
import type { Selects } from "../selection/select.ts";
import { remade } from "./returned.ts";

interface Walk {
  /** All that was returned and can still be made; the graph may not have it. */
  readonly nodes: readonly TargetNode[];
  /** By identity: who has returned it. */
  readonly returners: ReadonlyMap<string, readonly string[]>;
  /** Those that have returned what cannot be made any more. */
  readonly unsure: readonly string[];
}

/** What targets have returned when they were last built, and what that has, and so on. Looked for when it is asked for. */
export class ReturnedBefore {
  private readonly graph: TargetGraph;
  private readonly records: Records;
  private known: Walk | null = null;

  constructor(graph: TargetGraph, records: Records) {
    this.graph = graph;
    this.records = records;
  }

  get nodes(): readonly TargetNode[] {
    return this.walk().nodes;
  }

  /** The names of all targets that were ever built and are not forgotten. */
  *names(): Generator<string> {
    for (const { name } of this.records.all()) yield name;
  }

  /** The identities of those from which such as are selected come, over however many. Where it is not known they count. */
  leadingTo(selected: Selects): ReadonlySet<string> {
    const { nodes, returners, unsure } = this.walk();
    const leading = new Set(unsure);
    const add = (identity: string) => {
      for (const each of returners.get(identity) ?? []) leading.add(each);
    };
    for (const node of nodes) if (selected(node)) add(node.identity);
    for (const identity of leading) add(identity);
    return leading;
  }

  private walk(): Walk {
    this.known ??= this.walked();
    return this.known;
  }

  private walked(): Walk {
    const { graph } = this;
    const nodes: TargetNode[] = [];
    const returners = new Map<string, string[]>();
    const unsure: string[] = [];
    const open: { readonly identity: string; readonly name: string }[] = [...graph.nodes];
    const seen = new Set<string>();
    for (const { identity, name } of open) {
      if (seen.has(identity)) continue;
      seen.add(identity);
      for (const returned of this.returnedBy(identity)) {
        const node = this.made(returned, name);
        if (node === null) {
          unsure.push(identity);
          continue;
        }
        const by = returners.get(node.identity);
        if (by !== undefined) by.push(identity);
        else {
          returners.set(node.identity, [identity]);
          nodes.push(node);
          open.push(node);
        }
      }
    }
    return { nodes, returners, unsure };
  }

  private returnedBy(identity: string): readonly Returned[] {
    const row = this.records.rowOf(identity);
    if (row >= 0 && !this.records.table.hasMore(row)) return [];
    return this.records.get(identity)?.returned ?? [];
  }

  private made(returned: Returned, by: string): TargetNode | null {
    try {
      return nodeOf(remade(returned, by), -1, this.graph.places);
    } catch {
      return null;
    }
  }
}
