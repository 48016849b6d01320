/** What the doctor says of the project it stands in. */
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import type { HeddleConfig } from "../../config/config.ts";
import { loadConfig } from "../../config/load.ts";
import { runnersByName } from "../../run/choose-place.ts";
import { heddleVersion } from "../../version.ts";
import { importConfig } from "../run/load.ts";
import { type Finding, wrong } from "./finding.ts";

/** The package: whether its modules can import heddle, and are taken for what they are. */
export async function project(root: string): Promise<Finding[]> {
  const name = "project";
  const manifest = await readPackage(path.join(root, "package.json"));
  if (manifest === null) {
    const remedy = "A project begins with: npm init -y && npm pkg set type=module && npm install heddle";
    return [{ name, state: "note", detail: `${root} has no package.json`, remedy }];
  }
  const installed = heddleIn(root);
  const findings: Finding[] = [
    installed === null
      ? {
          name,
          state: "wrong",
          detail: `heddle is not installed in ${root}, so modules there cannot import it`,
          remedy: "npm install heddle",
        }
      : { name, state: "ok", detail: `${root}, with heddle ${installed}` },
  ];
  if (installed !== null && installed !== heddleVersion()) {
    const detail = `this command is heddle ${heddleVersion()}, its modules import ${installed}`;
    findings.push({ name: "versions", state: "note", detail, remedy: "Start the project's own: npx heddle" });
  }
  if (manifest.type !== "module") {
    const detail = 'its package.json does not say "type": "module", so .js and .ts may be taken for CommonJS';
    findings.push({ name: "modules", state: "note", detail, remedy: "npm pkg set type=module" });
  }
  return findings;
}

/** Null where there is none that can be read. */
async function readPackage(file: string): Promise<{ readonly type?: unknown } | null> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as { type?: unknown };
  } catch {
    return null;
  }
}

/** The version that modules of the project import; null for none. */
function heddleIn(root: string): string | null {
  try {
    return (createRequire(path.join(root, "package.json"))("heddle/package.json") as { version: string }).version;
  } catch {
    return null;
  }
}

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
