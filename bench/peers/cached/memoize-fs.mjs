import memoizeFs from "memoize-fs";
import { kept } from "./kept.mjs";

export const from = "memoize-fs";

/** The text of the function is left out of the key, which is quicker. */
export async function within(folder, measure) {
  const call = await memoizeFs({ cachePath: folder }).fn(kept, { cacheId: "kept", noBody: true });
  return await measure({ call });
}
