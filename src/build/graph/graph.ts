import type { MadeTarget } from "../declare/registry.ts";
import { matcherOf } from "./glob.ts";
import { needers } from "./needers.ts";
import { nodeOf, type Read, type TargetNode } from "./node.ts";
import { inOrder } from "./order.ts";
import type { Places } from "./places.ts";

/** What of the outputs patterns match: files, and who makes these or folders in which something may. */
export interface Matched {
  readonly files: readonly string[];
  readonly makers: readonly number[];
}

/** What has changed as a target has returned others. */
export interface Growth {
  /** Those that are new. */
  readonly added: readonly number[];
  /** All that were returned. */
  readonly numbers: readonly number[];
  /** By those that were there before: what they need besides. */
  readonly late: ReadonlyMap<number, readonly number[]>;
  takeBack(): void;
}

/**
 * Targets and files as a graph, by numbers. Pure: what is on the disk is not known here. It grows when a target returns
 * others, and never shrinks.
 */
export class TargetGraph {
  readonly places: Places;
  readonly nodes: TargetNode[] = [];
  /** By node: those that have to be settled before it is judged, each once. */
  readonly needs: (readonly number[])[] = [];
  private readonly numbers = new Map<MadeTarget, number>();
  /** Those whose results others take. */
  private readonly givers = new Set<MadeTarget>();
  private identities: Map<string, number> | null = null;
  /** Who makes a file or folder; of two makers the first. */
  private readonly makers = new Map<string, number>();
  private readonly folders = new Map<string, number>();
  /** By folder: who makes something below it. Only once a folder is read as a whole. */
  private below: Map<string, number[]> | null = null;
  /** By target: those that it has returned. */
  private readonly returned = new Map<number, readonly number[]>();
  private ordered: readonly number[] | null = null;
  /** What patterns match, until the graph grows. */
  private matched = new Map<string, Matched>();

  constructor(places: Places, targets: Iterable<MadeTarget> = []) {
    this.places = places;
    this.add(targets);
  }

  /** Adds targets, and those that they name, where they are not there yet; gives the numbers of the new ones. */
  add(targets: Iterable<MadeTarget>): readonly number[] {
    const first = this.nodes.length;
    const open = [...targets];
    for (let at = 0; at < open.length; at += 1) {
      const target = open[at]!;
      if (this.numbers.has(target)) continue;
      const node = nodeOf(target, this.nodes.length, this.places);
      this.nodes.push(node);
      this.numbers.set(target, node.number);
      for (const { of, kind } of node.reads) {
        if (of !== null) open.push(of);
        if (kind === "result") this.givers.add(of!);
      }
      for (const each of node.after) open.push(each);
      for (const { kind, path } of node.makes) {
        if (!this.makers.has(path)) {
          this.makers.set(path, node.number);
          if (this.below !== null) enter(this.below, path, node.number);
        }
        if (kind === "dir" && !this.folders.has(path)) this.folders.set(path, node.number);
      }
    }
    this.identities = null;
    this.ordered = null;
    this.matched = new Map();
    const added: number[] = [];
    for (let number = first; number < this.nodes.length; number += 1) {
      added.push(number);
      this.needs.push(this.needsOf(this.nodes[number]!));
    }
    return added;
  }

  /** Adds what a target has returned. Those that were there before may need it. */
  grow(targets: readonly MadeTarget[], by: number): Growth {
    const added = this.add(targets);
    const numbers = [...new Set(targets.map(target => this.numbers.get(target)!))];
    const before = this.returned.get(by);
    this.returned.set(by, numbers);
    const late = new Map<number, readonly number[]>();
    const previous = new Map<number, readonly number[]>();
    for (const number of needers(this, by, numbers, added)) {
      const known = this.needs[number]!;
      const needs = unique([...known, ...this.needsOf(this.nodes[number]!)]);
      if (needs.length === known.length) continue;
      previous.set(number, known);
      late.set(number, needs.slice(known.length));
      this.needs[number] = needs;
    }
    if (late.size > 0) this.ordered = null;
    const takeBack = () => {
      this.remove(this.nodes.length - added.length);
      for (const [number, needs] of previous) this.needs[number] = needs;
      if (before === undefined) this.returned.delete(by);
      else this.returned.set(by, before);
    };
    return { added, numbers, late, takeBack };
  }

  /** What a target has returned, and what that has, and so on. */
  returnedBy(number: number): ReadonlySet<number> {
    const found = new Set(this.returned.get(number));
    for (const each of found) for (const more of this.returned.get(each) ?? NONE) found.add(more);
    return found;
  }

  /** Takes back those that were added last, from this number on. */
  remove(first: number): void {
    for (const { target } of this.nodes.splice(first)) this.numbers.delete(target);
    this.identities = null;
    this.ordered = null;
    this.matched = new Map();
    this.needs.length = first;
    this.below = null;
    for (const index of [this.makers, this.folders]) {
      for (const [path, maker] of index) if (maker >= first) index.delete(path);
    }
  }

  /** By node: those that need it. */
  consumers(): readonly (readonly number[])[] {
    const consumers: number[][] = this.nodes.map(() => []);
    for (const [number, needs] of this.needs.entries()) for (const need of needs) consumers[need]!.push(number);
    return consumers;
  }

  numberOf(target: MadeTarget): number | undefined {
    return this.numbers.get(target);
  }

  /** Whether another target takes what it returns. */
  givesResult(target: MadeTarget): boolean {
    return this.givers.has(target);
  }

  named(identity: string): TargetNode | undefined {
    this.identities ??= new Map(this.nodes.map(node => [node.identity, node.number]));
    const number = this.identities.get(identity);
    return number === undefined ? undefined : this.nodes[number];
  }

  /** Whether any output is a folder. */
  get hasFolders(): boolean {
    return this.folders.size > 0;
  }

  /** Who makes a file or folder, or the folder that it lies in; undefined for what nobody makes. */
  makerOf(path: string): number | undefined {
    const direct = this.makers.get(path);
    if (direct !== undefined || this.folders.size === 0) return direct;
    for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
      const folder = this.folders.get(path.slice(0, end));
      if (folder !== undefined) return folder;
    }
    return undefined;
  }

  /** The outputs that a pattern matches, and the folders in which it may match something once they are made. */
  matching(patterns: readonly string[]): Matched {
    if (patterns.length === 1) return this.likePattern(patterns[0]!);
    const all = patterns.map(pattern => this.likePattern(pattern));
    return { files: all.flatMap(({ files }) => files), makers: all.flatMap(({ makers }) => makers) };
  }

  private likePattern(pattern: string): Matched {
    const known = this.matched.get(pattern);
    if (known !== undefined) return known;
    const files: string[] = [];
    const makers: number[] = [];
    const { base, matches, mayMatchIn } = matcherOf(pattern);
    for (const [path, maker] of this.makers) {
      const isFolder = this.folders.get(path) === maker;
      if (!isFolder && !path.startsWith(base)) continue;
      if (isFolder ? !mayMatchIn(path) : !matches(path)) continue;
      makers.push(maker);
      if (!isFolder) files.push(path);
    }
    const found = { files, makers };
    this.matched.set(pattern, found);
    return found;
  }

  /** These and all that they need, as a set. */
  withAncestors(numbers: Iterable<number>): Set<number> {
    const found = new Set(numbers);
    for (const number of found) for (const need of this.needs[number]!) found.add(need);
    return found;
  }

  /** Every node behind those that it needs; those that wait for one another in a circle, or for such, are left out. */
  order(): readonly number[] {
    this.ordered ??= inOrder([...this.nodes.keys()], this.needs);
    return this.ordered;
  }

  /** The same of some nodes, each given once; others that they need do not count. */
  orderOf(numbers: Iterable<number>): readonly number[] {
    const list = [...numbers];
    return list.length === this.nodes.length ? this.order() : inOrder(list, this.needs);
  }

  private needsOf(node: TargetNode): readonly number[] {
    const { reads, after } = node;
    if (reads.length === 0 && after.length === 0) return NONE;
    if (reads.length === 1 && after.length === 0) return unique(this.makersOf(reads[0]!));
    const needs = reads.flatMap(read => this.makersOf(read));
    for (const each of after) {
      const other = this.numberOf(each)!;
      needs.push(other);
      const returned = this.returnedBy(other);
      // What they need in turn, as what was returned itself, comes before them.
      if (returned.size > 0 && !this.withAncestors(returned).has(node.number)) needs.push(...returned);
    }
    return unique(needs);
  }

  /** Who makes what is read. */
  makersOf({ kind, paths, of }: Read): readonly number[] {
    if (kind === "result") return [this.numberOf(of!)!];
    if (kind === "files") return this.matching(paths).makers;
    const maker = this.makerOf(paths[0]!);
    if (kind === "file") return maker === undefined ? NONE : [maker];
    // Of a folder that is read as a whole all that lies in it counts.
    const below = this.makersBelow(paths[0]!);
    return maker === undefined ? below : [maker, ...below];
  }

  private makersBelow(folder: string): readonly number[] {
    if (this.below === null) {
      this.below = new Map();
      for (const [path, maker] of this.makers) enter(this.below, path, maker);
    }
    return this.below.get(folder) ?? NONE;
  }
}

const NONE: readonly number[] = [];

function enter(below: Map<string, number[]>, path: string, maker: number): void {
  for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
    const folder = path.slice(0, end);
    const makers = below.get(folder);
    if (makers === undefined) below.set(folder, [maker]);
    else makers.push(maker);
  }
}

function unique(numbers: readonly number[]): readonly number[] {
  return numbers.length < 2 ? numbers : [...new Set(numbers)];
}
