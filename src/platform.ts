/** What differs between Node versions and ways of starting, in one table. */
import { createRequire } from "node:module";

/** Type stripping without a flag came with Node 22.18 and 23.6. */
const features = process.features as { readonly typescript?: "strip" | "transform" | false };

export const platform = {
  /** Node loads TypeScript by itself, if its syntax is erasable. */
  stripsTypes: Boolean(features.typescript),
  /** The loader for TypeScript that was given on the command line, as by `tsx file.ts` or `--import tsx`. */
  loader: loaderOf(process.execArgv),
} as const;

function loaderOf(flags: readonly string[]): "tsx" | "other" | null {
  if (flags.some(flag => /\btsx\b/.test(flag))) return "tsx";
  return flags.some(flag => /ts-node|swc|^--(experimental-)?loader\b/.test(flag)) ? "other" : null;
}

/** The folder of heddle's own code, with a slash at its end. This file lies in it, also when it is built. */
export const home = new URL("./", import.meta.url);

const extension = import.meta.url.endsWith(".ts") ? ".ts" : ".js";

/** Under this condition `heddle` is the narrow door of src/narrow-door.ts. */
export const NARROW = "--conditions=heddle-worker";
const USERS_CODE: readonly string[] = ["thread", "process", "stdio", "call", "bridged"];

/** What to start a worker from, and the flags which that file needs: none when built, a loader when run as source. */
export function entry(name: "thread" | "process" | "watchdog" | "stdio" | "call" | "guard" | "bridged"): {
  url: URL;
  flags: string[];
} {
  const url = new URL(`workers/entry/${name}${extension}`, home);
  // By `require`, which the narrow door needs, a loader gives heddle's modules a second time.
  const isNarrow = USERS_CODE.includes(name) && platform.loader === null;
  if (extension === ".js") return { url, flags: isNarrow ? [NARROW] : [] };
  const needsLoader = !platform.stripsTypes && platform.loader !== "other";
  return { url, flags: needsLoader ? ["--import", createRequire(import.meta.url).resolve("tsx")] : [] };
}

/** Flags of this process that belong to it alone: what it evaluates, its debugger's port, its test runner. */
const OWN =
  /^(-e|--eval|-p|--print|-pe|-i|--interactive|-c|--check|--input-type|--inspect|--test|--watch|--run|--prof|--cpu-prof|--heap-prof)/;
const WITH_VALUE = /^(-e|--eval|-p|--print|-pe|--input-type|--inspect-port|--debug-port|--run)$/;

/** The flags of this process that its workers get too, such as loaders, conditions and memory limits. */
export function inheritedFlags(flags: readonly string[] = process.execArgv): string[] {
  const kept: string[] = [];
  for (let at = 0; at < flags.length; at += 1) {
    const flag = flags[at]!;
    if (flag === NARROW) continue;
    if (!OWN.test(flag)) kept.push(flag);
    else if (WITH_VALUE.test(flag)) at += 1;
  }
  return kept;
}

/** A file of python/, which is beside the folder of heddle's own code. */
export function pythonFile(name: string): URL {
  return new URL(`../python/${name}.py`, home);
}
