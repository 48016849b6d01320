/** Finds the project's root and its config file. */
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { ConfigError } from "../errors.ts";

export const CONFIG_NAMES = ["heddle.config.ts", "heddle.config.mts", "heddle.config.js", "heddle.config.mjs"] as const;

/** The nearest folder, from `from` upwards, with a heddle.config.* or a package.json; `from` itself when there is none. */
export function findRoot(from: string): string {
  const start = path.resolve(from);
  for (let folder = start; ; folder = path.dirname(folder)) {
    if ([...CONFIG_NAMES, "package.json"].some(name => existsSync(path.join(folder, name)))) return folder;
    if (folder === path.dirname(folder)) return start;
  }
}

/** The config file in `root`; undefined when there is none, a `ConfigError` when it is not clear which. */
export function findConfig(root: string): string | undefined {
  const found = CONFIG_NAMES.filter(name => existsSync(path.join(root, name)));
  if (found.length > 1) {
    throw new ConfigError({ file: root, problem: `there are ${found.join(" and ")}`, hint: "Keep one of them." });
  }
  if (found[0] !== undefined) return path.join(root, found[0]);
  const misnamed = filesOf(root).find(name => /^heddle\.config\.(cjs|cts|json|jsx|tsx|ya?ml)$/.test(name));
  if (misnamed !== undefined) {
    throw new ConfigError({
      file: misnamed,
      problem: "a config of this type is not read",
      hint: `Name it one of: ${CONFIG_NAMES.join(", ")}.`,
    });
  }
  return undefined;
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
