/** From `FILE[:name]` to a file that exists and the name in it. */
import { statSync } from "node:fs";
import path from "node:path";
import { UsageError } from "../../errors.ts";
import { modulesIn, similarFiles } from "./similar-files.ts";

export interface Located {
  /** Absolute. */
  readonly file: string;
  /** As messages show it. */
  readonly shown: string;
  /** What stands behind the colon. */
  readonly name: string | undefined;
}

export async function locate(given: string): Promise<Located> {
  const colon = given.lastIndexOf(":");
  const whole = colon <= 0 || kindOf(given) !== "nothing";
  const shown = whole ? given : given.slice(0, colon);
  const name = whole ? undefined : given.slice(colon + 1);
  const kind = kindOf(shown);
  if (kind === "folder") {
    throw new UsageError({ problem: `${shown} is a folder, not a file`, hint: await modulesIn(shown) });
  }
  if (kind === "nothing") {
    const similar = await similarFiles(shown);
    throw new UsageError({
      problem: `There is no file ${shown}`,
      hint: similar ?? "Check the path; it is relative to the folder you are in.",
    });
  }
  if (name === "") {
    throw new UsageError({
      problem: `There is no name behind the colon in ${given}`,
      hint: `Write ${shown}:name, or ${shown}`,
    });
  }
  return { file: path.resolve(shown), shown, name };
}

function kindOf(file: string): "file" | "folder" | "nothing" {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) return "nothing";
  return stats.isDirectory() ? "folder" : "file";
}
