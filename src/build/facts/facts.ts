/** What is known now of targets: code, inputs and outputs. */
import type { GraphProblem } from "../../errors.ts";
import { expand } from "../collect/walk.ts";
import { MISSING, type TargetFacts } from "../freshness/judge.ts";
import type { Reading } from "../freshness/record.ts";
import { valuesOf } from "../freshness/values.ts";
import type { TargetGraph } from "../graph/graph.ts";
import type { Make, Read, TargetNode } from "../graph/node.ts";
import { diskProblems, type OnDisk } from "../graph/problems.ts";
import type { Records } from "../records/records.ts";
import { isUnchanged } from "../records/unchanged.ts";
import { Folders } from "./folders.ts";
import type { TargetCode } from "./target-code.ts";

export class Facts {
  readonly graph: TargetGraph;
  readonly records: Records;
  readonly code: TargetCode;
  /** The modules that were loaded, as places of the project. */
  readonly modules: ReadonlySet<string>;
  /** What patterns match on the disk. */
  private readonly matches = new Map<string, readonly string[]>();

  private readonly unchanged = new Map<number, boolean>();

  constructor(graph: TargetGraph, records: Records, code: TargetCode, modules: Iterable<string> = []) {
    this.modules = new Set(modules);
    this.graph = graph;
    this.records = records;
    this.code = code;
  }

  of(node: TargetNode): TargetFacts {
    return {
      code: this.code.of(node.target.family).digest,
      reads: [...node.reads.flatMap(read => this.readingsOf(read)), ...valuesOf(node.name, node.target.options.inputs)],
      makes: node.makes.map(make => ({ at: make.at, path: make.path, digest: this.digestOf(make) })),
    };
  }

  /** Nothing of it has changed since it was built, when this was first asked. */
  isUnchanged(node: TargetNode): boolean {
    let known = this.unchanged.get(node.number);
    if (known === undefined) {
      const { table, files } = this.records;
      const row = this.records.rowOf(node.identity);
      known = row >= 0 && isUnchanged(table, files, node, row, this.code.of(node.target.family).digest);
      this.unchanged.set(node.number, known);
    }
    return known;
  }

  /** Nodes from this number on have been taken out of the graph. */
  dropped(first: number): void {
    for (const number of this.unchanged.keys()) if (number >= first) this.unchanged.delete(number);
  }

  onDisk(path: string): OnDisk {
    return this.records.files.at(path).is;
  }

  /** What is wrong with files of targets as they are on the disk. */
  problemsOf(nodes: readonly TargetNode[]): GraphProblem[] {
    const folders = new Folders(this.graph);
    const isLikeSome = (read: Read) => this.filesOf(read).length > 0;
    return nodes.flatMap(node => [
      ...diskProblems(this.graph, node, path => this.onDisk(path), isLikeSome),
      ...folders.problemsOf(node),
    ]);
  }

  /** The files behind an input, as places; of a result none. */
  filesOf({ kind, paths }: Read): readonly string[] {
    const { files } = this.records;
    if (kind === "result") return [];
    if (kind === "files") return this.matching(paths);
    if (kind === "dirFiles") return this.onDisk(paths[0]!) === "dir" ? files.inFolder(paths[0]!) : [];
    return paths;
  }

  private readingsOf(read: Read): Reading[] {
    const { kind, at, of } = read;
    if (kind === "result") {
      return [{ at, path: null, mark: this.records.get(of!.identity)?.result?.mark ?? "nothing" }];
    }
    return this.filesOf(read).map(path => ({ at, path, mark: this.records.files.at(path).digest }));
  }

  private digestOf({ kind, path }: Make): string {
    const now = this.records.files.at(path);
    return now.is === kind ? now.digest : MISSING;
  }

  /** What is on the disk, and what will be as a target makes it. */
  private matching(patterns: readonly string[]): readonly string[] {
    const { files, makers } = this.graph.matching(patterns);
    const found = new Set(files);
    for (const pattern of patterns) for (const path of this.onDiskLike(pattern, makers.length > 0)) found.add(path);
    return [...found].sort((a, b) => (a < b ? -1 : 1));
  }

  private onDiskLike(pattern: string, changes: boolean): readonly string[] {
    let found = changes ? undefined : this.matches.get(pattern);
    if (found === undefined) {
      found = expand(pattern, this.records.places);
      this.matches.set(pattern, found);
    }
    return found;
  }
}
