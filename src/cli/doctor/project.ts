/** What the doctor says of the project it stands in. */
import { accessSync, constants, existsSync, statSync } from "node:fs";
import path from "node:path";
import type { HeddleConfig } from "../../config/config.ts";
import { loadConfig } from "../../config/load.ts";
import { runnersByName } from "../../run/choose-place.ts";
import { importConfig } from "../run/load.ts";
import { type Finding, wrong } from "./finding.ts";

/** The config: found, loadable, valid, and its runners can be made. */
export async function config(root: string): Promise<Finding[]> {
  try {
    const loaded = await loadConfig(root, importConfig);
    if (loaded.file === null) return [{ name: "config", state: "ok", detail: "none; the defaults hold" }];
    const file = path.relative(root, loaded.file);
    return [{ name: "config", state: "ok", detail: file }, ...ownRunners(loaded.config, file)];
  } catch (error) {
    return [wrong("config", error)];
  }
}

/** They are made, but not started: what that costs or causes is not for a check to decide. */
function ownRunners(found: HeddleConfig, file: string): Finding[] {
  const runners = runnersByName(found, file);
  return Object.keys(found.runners ?? {}).map(name => {
    try {
      const made = runners[name];
      return { name: `runner ${name}`, state: "ok", detail: `can be made (${made?.name})` };
    } catch (error) {
      return wrong(`runner ${name}`, error);
    }
  });
}

/** Whether logs of runs can be written. */
export function writeAccess(root: string): Finding {
  const folder = path.join(root, ".heddle");
  const name = "write access";
  try {
    if (existsSync(folder) && !statSync(folder).isDirectory()) {
      return { name, state: "wrong", detail: `${folder} is not a folder`, remedy: "Move it away." };
    }
    accessSync(existsSync(folder) ? folder : root, constants.W_OK);
    return { name, state: "ok", detail: folder };
  } catch {
    return {
      name,
      state: "wrong",
      detail: `${folder} cannot be written`,
      remedy: "Change who may write there, or run with --no-log.",
    };
  }
}
