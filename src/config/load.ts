/** Loads a project's config. */
import path from "node:path";
import { pathToFileURL } from "node:url";
import { checkConfig } from "./check.ts";
import type { HeddleConfig } from "./config.ts";
import { findConfig } from "./find.ts";

/** Imports a module by URL. Given by the caller, because loading TypeScript is the business of a room above. */
export type Importer = (url: string) => Promise<Readonly<Record<string, unknown>>>;

/** A project's config and the file it came from; `file` is null and `config` empty where there is none. */
export interface LoadedConfig {
  readonly config: HeddleConfig;
  readonly file: string | null;
}

/** Finds, loads and checks the config of the project in `root`. */
export async function loadConfig(root: string, importer: Importer): Promise<LoadedConfig> {
  const file = findConfig(root);
  if (file === undefined) return { config: {}, file: null };
  const namespace = await importer(pathToFileURL(file).href);
  return { config: checkConfig(namespace["default"], path.relative(root, file)), file };
}
