/**
 * What a module needs to be loaded elsewhere: files by their content, at the places where they lie here, so that imports,
 * identities of tasks, `import.meta.url` and lines in stacks are what they are.
 */
import path from "node:path";
import type { Digest } from "../codec/digest.ts";
import { ProtocolError } from "../errors.ts";

export interface CodeFile {
  /** Absolute, and real. */
  readonly path: string;
  readonly digest: Digest;
  /** In bytes. */
  readonly size: number;
  /** It belongs to an installed package. */
  readonly installed: boolean;
}

/** A package that is found under another path than where it lies. */
export interface CodeLink {
  readonly path: string;
  readonly to: string;
}

export interface Manifest {
  /** The file of the module itself. */
  readonly entry: string;
  readonly files: readonly CodeFile[];
  readonly links: readonly CodeLink[];
  /** Packages with code for one kind of machine, and which that is; null if there are none. */
  readonly native: { readonly machine: string; readonly packages: readonly string[] } | null;
}

const DIGEST = /^[0-9a-f]{64}$/;

/** Whether it can be a part of a path. */
export function isDigest(text: unknown): text is Digest {
  return typeof text === "string" && DIGEST.test(text);
}

/** The kind of this machine, for native code. */
export const machine = `${process.platform} ${process.arch}`;

/** @throws ProtocolError for one that would lead out of the folder in which it is laid out. */
export function manifestIn(text: string): Manifest {
  const manifest = JSON.parse(text) as Manifest;
  const { entry, files, links } = manifest;
  const places = [entry, ...files.map(file => file.path), ...links.flatMap(link => [link.path, link.to])];
  if (!places.every(isPlain) || !files.every(({ digest }) => isDigest(digest))) {
    throw new ProtocolError({ from: "the coordinator", problem: "a list of code that names no files" });
  }
  return manifest;
}

function isPlain(place: unknown): boolean {
  return typeof place === "string" && path.isAbsolute(place) && path.normalize(place) === place;
}
