/** A target as the graph sees it: what it reads and makes, by the places of files. */
import type { FileNode, Node } from "../declare/nodes.ts";
import type { MadeTarget } from "../declare/registry.ts";
import { atOf, nodesIn, type Placed } from "../declare/structure.ts";
import type { Places } from "./places.ts";

/** What of other targets, or of the disk, a target reads. */
export interface Read {
  /** Its place among the inputs, such as `raw` or `tables.0`. */
  readonly at: string;
  readonly keys: readonly string[];
  readonly kind: Node["kind"];
  /** The file or folder, or the patterns; of a result nothing. */
  readonly paths: readonly string[];
  /** Whose result it is, or who makes it, where the input itself says so. */
  readonly of: MadeTarget | null;
}

export interface Make {
  readonly at: string;
  readonly kind: "file" | "dir";
  readonly path: string;
}

export interface TargetNode {
  readonly number: number;
  readonly target: MadeTarget;
  readonly name: string;
  readonly identity: string;
  readonly reads: readonly Read[];
  readonly makes: readonly Make[];
  readonly after: readonly MadeTarget[];
}

export function nodeOf(target: MadeTarget, number: number, places: Places): TargetNode {
  const { inputs, outputs, after } = target.options;
  return {
    number,
    target,
    name: target.name,
    identity: target.identity,
    reads: inputs === undefined ? [] : nodesIn(inputs).map(placed => readOf(placed, places)),
    makes: outputs === undefined ? [] : nodesIn(outputs).map(placed => makeOf(placed, places)),
    after: after === undefined ? NOBODY : ([after].flat() as MadeTarget[]),
  };
}

function readOf({ keys, node }: Placed, places: Places): Read {
  const { kind } = node;
  const at = atOf(keys);
  if (kind === "result") return { at, keys, kind, paths: NONE, of: node.of as MadeTarget };
  if (kind === "files") return { at, keys, kind, paths: node.patterns.map(each => places.of(each)), of: null };
  return { at, keys, kind, paths: [places.of(node.path)], of: node.maker as MadeTarget | null };
}

const NONE: readonly string[] = [];
const NOBODY: readonly MadeTarget[] = [];

function makeOf({ keys, node }: Placed, places: Places): Make {
  return { at: atOf(keys), kind: node.kind as Make["kind"], path: places.of((node as FileNode).path) };
}
