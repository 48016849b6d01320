import { join, relative } from "node:path";
import type { Resolution } from "../../../src/cache/code/project.ts";
import { Disk, Sight } from "../../../src/cache/resolve/disk.ts";
import { DiskProject, type Resolving } from "../../../src/cache/resolve/project.ts";
import { FileDigests } from "../../../src/store/file-digests.ts";

const PLAIN: Resolving = { loader: "tsx", conditions: ["node", "import"] };

export function diskOf(root: string): Disk {
  return new Disk(root, new FileDigests(null));
}

export function projectOf(root: string, resolving: Partial<Resolving> = {}): DiskProject {
  return new DiskProject(diskOf(root), { ...PLAIN, ...resolving });
}

/** What an import means, in a few words: `source src/a.ts`, `package left@1.0.0`. */
export function meaning(root: string, from: string, specifier: string, resolving: Partial<Resolving> = {}): string {
  return words(root, projectOf(root, resolving).resolve(join(root, from), specifier));
}

export function words(root: string, found: Resolution): string {
  if (found.kind === "package") return `package ${found.name}@${found.version}`;
  if (found.kind === "builtin") return `builtin ${found.name}`;
  if (found.kind === "unknown") return `unknown: ${found.problem}`;
  return found.kind === "heddle" ? "heddle" : `${found.kind} ${relative(root, found.path)}`;
}

/** All that was looked at for one resolution. */
export function sightOf(root: string, from: string, specifier: string): { disk: Disk; sight: Sight } {
  const disk = diskOf(root);
  const project = new DiskProject(disk, PLAIN);
  const sight = new Sight();
  disk.watch(sight, () => project.resolve(join(root, from), specifier));
  return { disk, sight };
}
