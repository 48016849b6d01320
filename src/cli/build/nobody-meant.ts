/** What is said of words, expressions and tags by which no target is meant: what they are instead, and what is near. */
import { statSync } from "node:fs";
import path from "node:path";
import type { TargetGraph } from "../../build/graph/graph.ts";
import type { TargetNode } from "../../build/graph/node.ts";
import { isCalled, moduleOf, type Unknown } from "../../build/selection/select.ts";
import { nearest } from "../../config/nearest.ts";
import { UsageError } from "../../errors.ts";
import { someNames } from "./names.ts";
import type { Choice } from "./wishes.ts";

const COLLECT = "heddle collect shows what there is.";

/** @param modules Those that were loaded, as places. */
export function noTargets({ root }: TargetGraph["places"], modules: readonly string[]): Error {
  if (modules.length === 0) {
    return new UsageError({
      problem: `There are no targets in this project: in ${root} is no module called *.target.ts, .js, .mts or .mjs`,
      hint: 'Define one in a module that is called so: target("name", { inputs, outputs }, fn).',
    });
  }
  return new UsageError({
    problem: `There are no targets in this project: ${someNames(modules)} ${modules.length === 1 ? "defines" : "define"} none`,
    hint: 'Targets are those for which target("name", { inputs, outputs }, fn) is called while a module is loaded.',
  });
}

export function unknownWord({ word, near }: Unknown, { nodes, places }: TargetGraph): Error {
  const place = places.of(path.resolve(word));
  const stat = statSync(word, { throwIfNoEntry: false });
  const says = (problem: string, hint: string) => new UsageError({ problem, hint });
  if (stat?.isDirectory() === true) {
    const within = nodes.filter(({ makes }) => makes.some(make => make.path.startsWith(`${place}/`)));
    const hint = within.length === 0 ? COLLECT : `What is made in it is made by ${namesOf(within)}: name these.`;
    return says(`No module in ${word} defines a target`, hint);
  }
  if (stat !== undefined && /\.[cm]?[jt]sx?$/.test(word)) {
    return says(`${word} defines no target`, "A flow or task in it is run by heddle run, and is no target.");
  }
  if (stat !== undefined) {
    const readers = nodes.filter(({ reads }) => reads.some(({ paths }) => paths.includes(place)));
    const hint = readers.length === 0 ? COLLECT : `It is an input of ${namesOf(readers)}.`;
    return says(`No target makes ${word}`, hint);
  }
  return says(
    `There is no target "${word}", and no module or output of this path`,
    near === undefined ? COLLECT : `Did you mean ${near}?`,
  );
}

/** For an expression or tags that choose nothing. */
export function nothingChosen({ words, match, tags }: Choice, graph: TargetGraph): Error {
  const by = [
    ...(match === null ? [] : ["the expression"]),
    ...(tags.length > 0 ? [`the tag ${tags.join(" or ")}`] : []),
  ];
  const among = words.length === 0 ? "" : ` among ${words.join(" ")}`;
  const { problem = "", hint } = unknownName(match?.names ?? [], graph) ?? unknownTag(tags, graph.nodes) ?? NO_REASON;
  return new UsageError({ problem: `No target is chosen by ${by.join(" and ")}${among}${problem}`, hint });
}

interface Why {
  readonly problem?: string;
  readonly hint: string;
}

const NO_REASON: Why = { hint: COLLECT };

function unknownName(names: readonly string[], { nodes, places }: TargetGraph): Why | null {
  const unknown = names.find(name => !nodes.some(node => isCalled(node, name, places)));
  if (unknown === undefined) return null;
  const known = nodes.flatMap(node => [node.name, node.target.family.definition.name, moduleOf(node, places) ?? []]);
  return {
    problem: `: none has "${unknown}" in its name or in the path of its module`,
    hint: hintFor(unknown, known.flat()),
  };
}

function unknownTag(tags: readonly string[], nodes: readonly TargetNode[]): Why | null {
  const known = new Set(nodes.flatMap(({ target }) => target.options.tags ?? []));
  const unknown = tags.find(tag => !known.has(tag));
  if (unknown === undefined) return null;
  return known.size === 0 ? { hint: "No target has a tag." } : { hint: hintFor(unknown, [...known], "Tags are") };
}

function hintFor(name: string, known: readonly string[], are = "There are"): string {
  const near = nearest(name, known);
  return near === undefined ? `${are}: ${someNames([...new Set(known)])}.` : `Did you mean ${near}?`;
}

function namesOf(nodes: readonly TargetNode[]): string {
  return someNames(nodes.map(({ name }) => name));
}
