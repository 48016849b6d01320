/** Targets as they are sent to workers. */
import { Packed } from "../../codec/packed.ts";
import { unpack } from "../../codec/unpack.ts";
import type { Node } from "../declare/nodes.ts";
import type { AnyBody } from "../declare/registry.ts";
import { filled } from "../declare/structure.ts";
import type { Facts } from "../facts/facts.ts";
import type { KeptResult } from "../freshness/record.ts";
import type { Read, TargetNode } from "../graph/node.ts";
import { carriedFile } from "../work/carry.ts";
import type { CarriedFile, Filling, Job } from "../work/job.ts";

/** @param stage The name of the folder in which outputs are made. */
export function jobOf(node: TargetNode, facts: Facts, stage: string, sharesDisk: boolean): Job {
  const { target, name, reads, makes } = node;
  const { places } = facts.records;
  const { inputs, outputs, atomic } = target.options;
  return {
    target: name,
    root: places.root,
    member: target.member,
    inputs: filled(inputs ?? {}, () => undefined) as Job["inputs"],
    fillings: reads.map(read => fillingOf(read, facts)),
    outputs: filled(outputs ?? {}, each => places.absolute(places.of((each as Node & { path: string }).path))),
    makes: makes.map(({ kind, path }) => ({ kind, place: path, path: places.absolute(path) })),
    stage: atomic === false && sharesDisk ? null : stage,
    carried: sharesDisk ? null : { root: places.root, files: carried(node, facts) },
  };
}

function fillingOf(read: Read, facts: Facts): Filling {
  const { keys, kind, of } = read;
  if (kind === "result")
    return { keys, isPath: false, value: resultIn(facts.records.get(of!.identity)?.result ?? null) };
  const paths = facts.filesOf(read).map(path => facts.records.places.absolute(path));
  return { keys, isPath: true, value: kind === "files" || kind === "dirFiles" ? paths : paths[0] };
}

export function resultIn(result: KeptResult | null): unknown {
  if (result === null) return undefined;
  const { tag, data } = result;
  const packed = new Packed(tag, tag === "json" ? data : new Uint8Array(Buffer.from(data, "base64")));
  return (unpack(packed) as { readonly value: unknown }).value;
}

/** The files that a target needs, to be sent: its inputs, and its outputs as they are, if its function asks for them. */
function carried({ target, reads, makes }: TargetNode, facts: Facts): CarriedFile[] {
  const { records } = facts;
  const { family, member } = target;
  const body = family.bodies.get(family.declare === null ? member : "");
  const before = body !== undefined && mayLookBack(body) ? makes : [];
  const paths = [
    ...reads.flatMap(read =>
      facts.filesOf(read).flatMap(path => (read.kind === "dir" ? records.files.inFolder(path) : path)),
    ),
    ...before.flatMap(({ kind, path }) => {
      if (facts.onDisk(path) !== kind) return [];
      return kind === "dir" ? records.files.inFolder(path) : path;
    }),
  ];
  return [...new Set(paths)].map(path => {
    const absolute = records.places.absolute(path);
    return carriedFile(absolute);
  });
}

/** Whether it may take a third parameter: it has one, or one with a default, or takes whatever it is given. */
function mayLookBack(body: AnyBody): boolean {
  const text = body.toString();
  const [head] = text.split("=>", 1);
  return body.length > 2 || /=(?!=)/.test(head!) || /\.\.\.|\barguments\b|\[native code\]/.test(text);
}
