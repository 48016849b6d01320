/** `heddle collect`: what targets there are. */
import type { TargetGraph } from "../../build/graph/graph.ts";
import type { Read, TargetNode } from "../../build/graph/node.ts";
import { moduleOf } from "../../build/selection/select.ts";
import type { ExitCode } from "../exit.ts";
import { print, printJson, stdoutScreen } from "../screen.ts";
import { tellProblems } from "./problems.ts";
import { look, type Opened } from "./project.ts";
import { treeLines } from "./tree.ts";
import type { ChoiceFlags } from "./wishes.ts";

export interface CollectFlags extends ChoiceFlags {
  readonly files?: boolean;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

export function collectTargets(words: readonly string[], flags: CollectFlags): Promise<ExitCode> {
  const act = ({ project }: Opened) => {
    const { graph } = project.facts;
    const nodes = graph.nodes.filter(project.selected);
    if (flags.json === true) printJson({ targets: nodes.map(node => targetJson(graph, node)) });
    else print(treeLines(graph, nodes, flags.files === true, stdoutScreen()));
    return tellProblems(project.problems);
  };
  return look(words, flags, act, { showsProblems: true });
}

function targetJson(graph: TargetGraph, node: TargetNode): object {
  const { name, identity, target, makes, after } = node;
  const { tags = [], description, skip } = target.options;
  return {
    name,
    identity,
    module: moduleOf(node, graph.places),
    where: target.where,
    ...(description !== undefined && { description }),
    tags,
    ...(skip !== undefined && skip !== false && { skip }),
    inputs: node.reads.map(read => inputJson(graph, read)),
    outputs: makes,
    after: after.map(each => each.name),
    needs: graph.needs[node.number]!.map(need => graph.nodes[need]!.name),
  };
}

function inputJson(graph: TargetGraph, read: Read): object {
  const { at, kind, paths } = read;
  const from = graph.makersOf(read).map(maker => graph.nodes[maker]!.name);
  return { at, kind, ...(kind !== "result" && { paths }), from };
}
