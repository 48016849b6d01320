import cacache from "cacache";
import { kept } from "./kept.mjs";

export const from = "cacache";

export async function within(folder, measure) {
  const call = async (...given) => {
    const key = JSON.stringify(given);
    const found = await cacache.get(folder, key).catch(missing);
    if (found !== null) return JSON.parse(found.data);
    const value = kept(...given);
    await cacache.put(folder, key, JSON.stringify(value));
    return value;
  };
  return await measure({ call });
}

function missing(error) {
  if (error.code === "ENOENT") return null;
  throw error;
}
