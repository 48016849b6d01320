import { isAbsolute, join, resolve } from "node:path";
import { HeddleError } from "../errors.ts";
import type { ChildKind, Children } from "../store/children.ts";
import type { DirectoryFact, Hit, Standing } from "../store/entry.ts";
import type { FileDigests } from "../store/file-digests.ts";
import type { ShortKey } from "../store/key.ts";
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
  /** Keys of calls of flows that were found to hold, with all that they called. */
  private readonly sound = new Set<ShortKey>();

  constructor(store: Store, files: FileDigests, root: string, present: Present) {
    this.store = store;
    this.files = files;
    this.root = root;
    this.present = present;
  }

  look(key: string, policy: CachePolicy): Found {
    const found = this.lookAlone(key, policy);
    const calls = found.entry?.calls;
    if (calls == null || policy.shallow) return found;
    const broken = this.brokenCall(calls);
    return broken === null ? found : { entry: null, miss: broken, old: true };
  }

  private lookAlone(key: string, policy: CachePolicy): Found {
    let entry: Hit | undefined;
    try {
      entry = this.store.look(key);
    } catch (error) {
      return { entry: null, miss: damageIn(error), old: true };
    }
    if (entry === undefined) return NONE;
    const problem = this.problemOf(entry, policy);
    return problem === null ? { entry, miss: null } : { entry: null, miss: problem, old: true };
  }

  private problemOf(entry: Standing, policy: CachePolicy | null): Reason | null {
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
  private brokenCall(made: Children): Reason | null {
    const open = [made];
    const visited = new Set<ShortKey>();
    const kinds = new Map<ChildKind, PresentKind>();
    for (let calls = open.pop(); calls !== undefined; calls = open.pop()) {
      for (let at = 0; at < calls.count; at++) {
        const kind = calls.kindOf(at);
        const { problem, policy } = kinds.get(kind) ?? this.presentOf(kind, kinds);
        if (problem !== null) return changed(kind, problem);
        if (!kind.keyed) continue;
        const key = calls.keyOf(at);
        if (this.sound.has(key) || visited.has(key)) continue;
        visited.add(key);
        const found = this.standingOf(key, policy);
        if (typeof found === "string") return changed(kind, `its result is ${found}`);
        if (found.calls != null && policy?.shallow !== true) open.push(found.calls);
      }
    }
    for (const key of visited) this.sound.add(key);
    return null;
  }

  /** What is known of a result that holds, else why it does not. */
  private standingOf(key: ShortKey, policy: CachePolicy | null): Standing | "gone" | Reason["why"] {
    let standing: Standing | undefined;
    try {
      standing = this.store.standing(key);
    } catch (error) {
      return damageIn(error).why;
    }
    if (standing === undefined) return "gone";
    return this.problemOf(standing, policy)?.why ?? standing;
  }

  private presentOf(kind: ChildKind, kinds: Map<ChildKind, PresentKind>): PresentKind {
    const code = this.present.codePart(kind.identity);
    const changed = code === kind.code ? null : "its code has changed";
    const problem = code === undefined ? "it is not there any more" : changed;
    const found = { problem, policy: this.present.policy(kind.identity) };
    kinds.set(kind, found);
    return found;
  }
}

/** What a call of a flow is now. */
interface PresentKind {
  readonly problem: string | null;
  readonly policy: CachePolicy | null;
}

function changed({ identity }: ChildKind, reason: string): Reason {
  return { why: "childChanged", task: identity.slice(identity.lastIndexOf("#") + 1), reason };
}

function damageIn(error: unknown): Reason & { readonly why: "damaged" } {
  if (!(error instanceof HeddleError) || error.name !== "DamagedEntryError") throw error;
  return { why: "damaged", problem: error.message.split("\n", 1)[0]! };
}
