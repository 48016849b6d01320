/** Files and other nodes in the structures that inputs and outputs are: arrays and plain objects, looked into. */
import { containerKind } from "../../codec/containers.ts";
import { isNode, type Node } from "./nodes.ts";

/** A node, and where it stands: `["table"]`, `["plots", "0"]`. */
export interface Placed<N extends Node = Node> {
  readonly keys: readonly string[];
  readonly node: N;
}

/** How messages and records name a place in a structure. */
export function atOf(keys: readonly string[]): string {
  return keys.length === 1 ? keys[0]! : keys.join(".");
}

/** All nodes, in the order in which they stand there. */
export function nodesIn(value: unknown, keys: readonly string[] = NO_KEYS, found: Placed[] = []): Placed[] {
  if (isNode(value)) found.push({ keys, node: value });
  else if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at++) nodesIn(value[at], below(keys, String(at)), found);
  } else if (typeof value === "object" && value !== null) {
    for (const key of keysOf(value)) nodesIn((value as Record<string, unknown>)[key], below(keys, key), found);
  }
  return found;
}

/** The same structure with something else in the place of each node. */
export function filled(value: unknown, give: (node: Node) => unknown): unknown {
  if (isNode(value)) return give(value);
  if (Array.isArray(value)) return value.map(part => filled(part, give));
  const keys = typeof value === "object" && value !== null ? keysOf(value) : NO_KEYS;
  if (keys.length === 0) return value;
  return Object.fromEntries(keys.map(key => [key, filled((value as Record<string, unknown>)[key], give)]));
}

const NO_KEYS: readonly string[] = [];

const ones = new Map<string, readonly string[]>();

/** Most places have one name, and most targets the same: each is made once. */
function one(key: string): readonly string[] {
  let keys = ones.get(key);
  if (keys === undefined) {
    keys = [key];
    ones.set(key, keys);
  }
  return keys;
}

function below(keys: readonly string[], key: string): readonly string[] {
  return keys.length === 0 ? one(key) : [...keys, key];
}

function keysOf(value: object): readonly string[] {
  const kind = containerKind(value);
  return kind === "object" || kind === "array" ? Object.keys(value) : NO_KEYS;
}
