/** Stores that cannot even be opened. */
import { existsSync, rmSync } from "node:fs";
import path from "node:path";
import { StoreError, UsageError } from "../../errors.ts";
import { locateStore, type StoreFlags } from "./store.ts";

/**
 * Removes the whole cache of a store that `error` was about, as `rm --all` of what cannot be opened; throws `error`
 * again if there is none, or if it is one that only this heddle cannot read.
 */
export async function removeWreck(error: unknown, flags: StoreFlags & { readonly yes?: boolean }): Promise<string> {
  const { folder, shown } = await locateStore(flags);
  const cache = path.join(folder, "cache");
  // This file is a store's own: without it, the folder is somebody else's.
  if (!(error instanceof StoreError) || !existsSync(path.join(cache, "format.json"))) throw error;
  if (flags.yes !== true) {
    throw new UsageError(
      { problem: error.short, hint: `Add --yes to delete ${path.join(shown, "cache")} with all that is in it.` },
      { cause: error },
    );
  }
  try {
    rmSync(cache, { recursive: true });
  } catch {
    throw error;
  }
  return path.join(shown, "cache");
}
