import { isAbsolute, join, resolve } from "node:path";
import { HeddleError } from "../errors.ts";
import type { ChildRef, DirectoryFact, Hit } from "../store/entry.ts";
import type { FileDigests } from "../store/file-digests.ts";
import type { Store } from "../store/store.ts";
import type { CachePolicy } from "./policy.ts";
import type { Reason } from "./reason.ts";

/** What the cache says of a key: an entry that holds, or why there is none. */
export type Found =
  | { readonly entry: Hit; readonly miss: null }
  /** `old`: an entry that does not hold any more. */
  | { readonly entry: null; readonly miss: Reason | null; readonly old: boolean };

const NONE: Found = { entry: null, miss: null, old: false };

/** What a task is now that was once the child of a flow. */
export interface Present {
  /** The last part of its keys; undefined if there is no such task any more. */
  codePart(identity: string): string | undefined;
  policy(identity: string): CachePolicy | null;
}

/** Whether entries still hold: not too old, whole, their files as they were, their children as well. */
export class Validity {
  private readonly store: Store;
  private readonly files: FileDigests;
  private readonly root: string;
  private readonly present: Present;
  /** Keys of flows all of whose children were found to hold. */
  private readonly sound = new Set<string>();

  constructor(store: Store, files: FileDigests, root: string, present: Present) {
    this.store = store;
    this.files = files;
    this.root = root;
    this.present = present;
  }

  look(key: string, policy: CachePolicy): Found {
    const found = this.lookAlone(key, policy);
    const { entry } = found;
    if (entry === null || entry.children === undefined || policy.shallow) return found;
    const broken = this.brokenChild(entry);
    return broken === null ? found : { entry: null, miss: broken, old: true };
  }

  private lookAlone(key: string, policy: CachePolicy | null): Found {
    let entry: Hit | undefined;
    try {
      entry = this.store.look(key);
    } catch (error) {
      if (!(error instanceof HeddleError) || error.name !== "DamagedEntryError") throw error;
      return { entry: null, miss: { why: "damaged", problem: error.message.split("\n", 1)[0]! }, old: true };
    }
    if (entry === undefined) return NONE;
    const problem = this.problemOf(entry, policy);
    return problem === null ? { entry, miss: null } : { entry: null, miss: problem, old: true };
  }

  private problemOf(entry: Hit, policy: CachePolicy | null): Reason | null {
    const ttl = policy?.ttl ?? null;
    if (ttl !== null && entry.createdAt + ttl <= Date.now()) return { why: "expired", at: entry.createdAt + ttl };
    if ("blob" in entry.value || entry.directory !== undefined) {
      const problem = this.store.isWhole(entry);
      if (problem !== null) return { why: "damaged", problem };
    }
    if (entry.directory !== undefined) {
      const problem = this.problemIn(entry.directory);
      if (problem !== null) return { why: "damaged", problem };
    }
    if (entry.files === undefined || policy?.checkFiles === false) return null;
    for (const { path, digest } of entry.files) {
      const now = this.files.of(isAbsolute(path) ? path : join(this.root, path));
      if (now === null) return { why: "fileChanged", path, how: "missing" };
      if (now.digest !== digest) return { why: "fileChanged", path, how: "changed" };
    }
    return null;
  }

  private problemIn({ path, files, home }: DirectoryFact): string | null {
    const folder = resolve(this.store.folder, path);
    if (home !== undefined && home !== folder) return `its directory was made as ${home}, which its result may name`;
    const changed = files.find(file => this.files.of(join(folder, file.path))?.digest !== file.digest);
    return changed === undefined ? null : `${changed.path} in its directory is not as it was`;
  }

  /** Why a flow's result holds no more, by the calls that it made; iterative, as flows call flows. */
  private brokenChild(root: Hit): Reason | null {
    const open: Hit[] = [root];
    const visited = new Set<string>([root.key]);
    for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
      if (this.sound.has(entry.key)) continue;
      for (const child of entry.children ?? []) {
        const next = this.checkChild(child);
        if (next === null) continue;
        if ("why" in next) return next;
        if (!visited.has(next.key)) {
          visited.add(next.key);
          open.push(next);
        }
      }
    }
    for (const key of visited) this.sound.add(key);
    return null;
  }

  /** Null if it holds, the entry if its own children are to be looked at, else why it does not hold. */
  private checkChild(child: ChildRef): Hit | Reason | null {
    const task = child.identity.slice(child.identity.lastIndexOf("#") + 1);
    const changed = (reason: string): Reason => ({ why: "childChanged", task, reason });
    const code = this.present.codePart(child.identity);
    if (code === undefined) return changed("it is not there any more");
    if (code !== child.code) return changed("its code has changed");
    if (child.key === null || this.sound.has(child.key)) return null;
    const policy = this.present.policy(child.identity);
    const { entry, miss } = this.lookAlone(child.key, policy);
    if (entry === null) return changed(miss === null ? "its result is gone" : `its result is ${miss.why}`);
    return entry.children === undefined || policy?.shallow === true ? null : entry;
  }
}
