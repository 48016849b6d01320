import { lstatSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { GraphProblem } from "../../errors.ts";
import type { TargetGraph } from "../graph/graph.ts";
import type { TargetNode } from "../graph/node.ts";
import type { Places } from "../graph/places.ts";

/** The folders in which files of targets lie, or into which they are to come, each looked at once. */
export class Folders {
  private readonly graph: TargetGraph;
  private readonly places: Places;
  private readonly blocked = new Map<string, string | null>();
  private readonly reals = new Map<string, string>();
  /** By their real places, outputs that lie behind links, and who makes them. */
  private readonly behind = new Map<string, { readonly node: TargetNode; readonly path: string }>();

  constructor(graph: TargetGraph) {
    this.graph = graph;
    this.places = graph.places;
  }

  /**
   * Outputs that cannot be made, as a file lies where one of their folders should be; and files that others make by
   * another path, which the graph does not know to be the same.
   */
  problemsOf(node: TargetNode): GraphProblem[] {
    const problems: GraphProblem[] = [];
    for (const { path } of node.makes) {
      const file = this.fileAmong(dirname(path));
      if (file !== null) problems.push(inFile(node, path, file));
      else problems.push(...this.madeTwice(node, path));
    }
    for (const read of node.reads) {
      if (read.kind === "result" || read.kind === "files" || this.graph.makersOf(read).length > 0) continue;
      const path = read.paths[0]!;
      const real = this.realOf(path);
      const [maker] = real === path ? [] : this.graph.makersOf({ ...read, paths: [real] });
      if (maker !== undefined) problems.push(readsBehindLink(node, path, real, this.graph.nodes[maker]!));
    }
    return problems;
  }

  private madeTwice(node: TargetNode, path: string): GraphProblem[] {
    const real = this.placeIn(path);
    if (real === path) return [];
    const maker = this.graph.makerOf(real);
    const other = maker === undefined ? this.behind.get(real) : { node: this.graph.nodes[maker]!, path: real };
    this.behind.set(real, { node, path });
    return other === undefined ? [] : [madeBehindLink(node, path, other.node, other.path)];
  }

  private fileAmong(folder: string): string | null {
    const known = this.blocked.get(folder);
    if (known !== undefined) return known;
    const found = this.look(folder);
    this.blocked.set(folder, found);
    return found;
  }

  private look(folder: string): string | null {
    const parent = dirname(folder);
    // The root of the project, or of the disk.
    if (parent === folder) return null;
    const above = this.fileAmong(parent);
    if (above !== null) return above;
    const stat = statSync(this.places.absolute(folder), { throwIfNoEntry: false });
    return stat === undefined || stat.isDirectory() ? null : folder;
  }

  /** Where this would come to lie: links to its folder are followed, and what it is itself does not count. */
  private placeIn(path: string): string {
    const folder = dirname(path);
    const real = this.realOf(folder);
    return real === folder ? path : this.places.of(join(this.places.absolute(real), basename(path)));
  }

  /** The place of what is there, without links. */
  private realOf(path: string): string {
    let real = this.reals.get(path);
    if (real === undefined) {
      real = dirname(path) === path ? path : this.lookBehind(this.placeIn(path));
      this.reals.set(path, real);
    }
    return real;
  }

  /** @param path In a folder that is where it seems to be. */
  private lookBehind(path: string): string {
    const whole = this.places.absolute(path);
    try {
      return lstatSync(whole).isSymbolicLink() ? this.places.of(realpathSync(whole)) : path;
    } catch {
      return path;
    }
  }
}

function inFile({ name }: TargetNode, path: string, file: string): GraphProblem {
  return {
    kind: "outputInFile",
    says: `The output ${path} of ${name} cannot be made, as ${file} is a file and no folder`,
    hint: "Remove that file, or give the output another path.",
    targets: [name],
    paths: [path, file],
  };
}

function madeBehindLink(node: TargetNode, path: string, other: TargetNode, same: string): GraphProblem {
  return {
    kind: "twoMakers",
    says:
      `The output ${path} of ${node.name} (${node.target.where}) is, behind a link, ` +
      `the output ${same} of ${other.name} (${other.target.where})`,
    hint: "Each file has one target that makes it: give one of them another path.",
    targets: [other.name, node.name],
    paths: [path, same],
  };
}

function readsBehindLink({ name }: TargetNode, path: string, real: string, maker: TargetNode): GraphProblem {
  const isWhole = maker.makes.some(make => make.path === real);
  const made = isWhole ? `which ${maker.name} makes` : `in which ${maker.name} makes files`;
  return {
    kind: "behindLink",
    says: `The input ${path} of ${name} is, behind a link, ${real}, ${made}`,
    hint: `Name it ${real}, so that it is known what comes first.`,
    targets: [name, maker.name],
    paths: [path, real],
  };
}
