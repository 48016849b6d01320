/** `build()`, as programs call it. */
import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import { findRoot } from "../../config/find.ts";
import { UsageError } from "../../errors.ts";
import type { BuildOptions } from "../build.ts";
import type { BuildReport } from "../report.ts";
import { startBuild } from "../start.ts";
import { within } from "../work/within.ts";
import { configOf, planOf, settingsOf } from "./config.ts";
import { checkBuildOptions } from "./options.ts";

export async function buildFor(options: BuildOptions): Promise<BuildReport> {
  checkBuildOptions(options);
  const root = real(resolve(options.root ?? findRoot(process.cwd())));
  if (within.getStore() === root) {
    throw new UsageError({
      problem: `build() was called by a target of the project that it should build, ${root}, and would wait for itself`,
      hint: "Return targets from the target, or name others as inputs: they are built then.",
    });
  }
  const configured = await configOf(root);
  const { report } = await startBuild(planOf(root, options, configured), settingsOf(options, configured));
  return report;
}

/** One project has one name, however it was reached. */
function real(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}
