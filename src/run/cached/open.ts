import { join, resolve } from "node:path";
import { ResultCache } from "../../cache/results.ts";
import { openShared } from "../../store/remote/shared.ts";
import type { Run } from "../run.ts";
import { Kept } from "./kept-results.ts";

/** The cache of a project: `.heddle` in its root, unless another folder is named. */
export function openCache(root: string, folder?: string, maxSize?: number): ResultCache {
  return new ResultCache(folder === undefined ? join(root, ".heddle") : resolve(root, folder), root, maxSize);
}

/** Opens the store of a run. */
export function openKept(run: Run, root: string): Kept {
  const { folder, maxSize, force = false, shared } = run.settings.cache ?? {};
  const cache = openCache(root, folder, maxSize);
  const { store } = cache;
  const onTrouble = (message: string) => run.warn(message);
  return new Kept(run, {
    cache,
    force,
    openOwners: () => store.owners(),
    shared: shared === undefined ? null : openShared({ ...shared, onTrouble }),
  });
}
