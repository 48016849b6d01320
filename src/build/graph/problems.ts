/** What is wrong with a graph of targets, found before anything runs. */
import type { GraphProblem } from "../../errors.ts";
import { cycleIn } from "./cycle.ts";
import type { TargetGraph } from "./graph.ts";
import type { Read, TargetNode } from "./node.ts";
import { isOutside } from "./places.ts";

/** What is at a place on the disk. */
export type OnDisk = "file" | "dir" | "nothing";

export interface Allowances {
  /** Outputs may lie outside the project. */
  readonly outside: boolean;
}

/** Of the graph alone: two makers, outputs in outputs, outputs outside, and, if there are none of these, cycles. */
export function problemsOf(graph: TargetGraph, allowed: Allowances, nodes = graph.nodes): GraphProblem[] {
  const problems: GraphProblem[] = [];
  for (const node of nodes) {
    for (const { kind, paths } of node.reads) {
      if (kind === "dir" && isAround(graph.places.root, paths[0]!)) problems.push(tooWide(node, paths[0]!));
    }
    for (const { path } of node.makes) {
      if ((isOutside(path) && !allowed.outside) || path === ".") problems.push(misplaced(node, path));
      if (reads(node, path)) problems.push(readsItsOutput(node, path));
      problems.push(...sharedOutput(graph, node, path));
    }
  }
  if (problems.length > 0) return problems;
  const order = graph.order();
  return order.length === graph.nodes.length ? [] : [cycleIn(graph, order)];
}

function misplaced({ name }: TargetNode, path: string): GraphProblem {
  const where = { targets: [name], paths: [path] };
  if (path === ".") {
    const says = `The output ${path} of ${name} is the project itself`;
    return { kind: "overlap", says, hint: "Name a folder in it.", ...where };
  }
  const says = `The output ${path} of ${name} lies outside the project`;
  const hint = "Write into the project, or allow it: build: { outside: true } in heddle.config.";
  return { kind: "outside", says, hint, ...where };
}

/** All that is recorded of a build lies in the project too: such a folder would never be as it was. */
function isAround(root: string, path: string): boolean {
  return path === "." || path === "/" || (isOutside(path) && `${root}/`.startsWith(`${path}/`));
}

function tooWide({ name }: TargetNode, path: string): GraphProblem {
  const says = `The input ${path} of ${name} is the project itself, with all that builds write into it`;
  return {
    kind: "overlap",
    says,
    hint: 'Name a folder in it, or take files("**/*.csv").',
    targets: [name],
    paths: [path],
  };
}

function reads(node: TargetNode, path: string): boolean {
  for (const { kind, paths } of node.reads) {
    if (kind !== "result" && kind !== "files" && paths[0] === path) return true;
  }
  return false;
}

function readsItsOutput({ name }: TargetNode, path: string): GraphProblem {
  return {
    kind: "readsItsOutput",
    says: `${path} is an input and an output of ${name}`,
    hint: "Write to another file. What an earlier build made is at `previous`, the third parameter of the function.",
    targets: [name],
    paths: [path],
  };
}

const NONE: readonly GraphProblem[] = [];

function sharedOutput(graph: TargetGraph, node: TargetNode, path: string): readonly GraphProblem[] {
  const other = graph.makerOf(path)!;
  const twice = node.makes.length > 1 && node.makes.filter(make => make.path === path).length > 1;
  if (other === node.number && !twice) return inFolderOf(graph, node, path);
  const others = graph.nodes[other]!;
  return [
    {
      kind: "twoMakers",
      says:
        other === node.number
          ? `${node.name} names the output ${path} twice`
          : `${path} is an output of both ${others.name} (${others.target.where}) and ${node.name} (${node.target.where})`,
      hint: "Each file has one target that makes it: give one of them another path.",
      targets: [others.name, node.name],
      paths: [path],
    },
  ];
}

function inFolderOf(graph: TargetGraph, node: TargetNode, path: string): readonly GraphProblem[] {
  if (!graph.hasFolders) return NONE;
  const end = path.lastIndexOf("/");
  const around = end < 0 ? undefined : graph.makerOf(path.slice(0, end));
  if (around === undefined) return [];
  const { name, makes } = graph.nodes[around]!;
  const folder = makes.find(make => make.kind === "dir" && path.startsWith(`${make.path}/`));
  if (folder === undefined) return [];
  return [
    {
      kind: "overlap",
      says: `The output ${path} of ${node.name} lies in ${folder.path}, which is an output of ${name}`,
      hint: "A folder that is an output is replaced as a whole: let the other file lie elsewhere.",
      targets: [name, node.name],
      paths: [path, folder.path],
    },
  ];
}

/** Of a target's files as they are on the disk. */
export function diskProblems(
  graph: TargetGraph,
  node: TargetNode,
  at: (path: string) => OnDisk,
  isLikeSome: (read: Read) => boolean,
): GraphProblem[] {
  const { name } = node;
  const problems: GraphProblem[] = [];
  const report = (kind: GraphProblem["kind"], path: string, says: string, hint: string) =>
    problems.push({ kind, says, hint, targets: [name], paths: [path] });
  for (const read of node.reads) {
    const { kind, paths } = read;
    if (kind === "result") continue;
    if (kind === "files") {
      const isKnown = node.after.length > 0 || graph.makersOf(read).length > 0 || isLikeSome(read);
      if (!isKnown) {
        const says = `${name} reads ${paths.join(", ")}, but no file is like that, and no target makes one`;
        problems.push({ kind: "missingInput", says, hint: MAKE_IT, targets: [name], paths });
      }
      continue;
    }
    const path = paths[0]!;
    if (graph.makersOf(read).length > 0) continue;
    const found = at(path);
    if (found === "nothing") {
      // What comes into a folder may be made by those that a target returns.
      if (kind !== "file" && node.after.length > 0) continue;
      report("missingInput", path, `${name} reads ${path}, which is not there, and no target makes it`, MAKE_IT);
    } else if ((found === "dir") !== (kind !== "file")) {
      const [is, hint] =
        found === "dir"
          ? ["a folder", "Name a file in it, or take it as a whole: dir(…)."]
          : ["a file", "Take it as one: file(…)."];
      report("inputIsFolder", path, `The input ${path} of ${name} is ${is}`, hint);
    }
  }
  for (const { kind, path } of node.makes) {
    const found = at(path);
    if (found === "nothing" || found === kind) continue;
    const [is, hint] =
      found === "dir"
        ? ["a folder", "Name a file in it, or make it a folder as a whole: dir(…)."]
        : ["a file", "Remove it, or give the folder another name."];
    report("outputIsFolder", path, `The output ${path} of ${name} is ${is}`, hint);
  }
  return problems;
}

const MAKE_IT = "Check the path, which is relative to the project's root, or let a target make the file.";
