import { NARROW } from "../../platform.ts";

/** Conditions for `exports` and `imports` of packages, those given to Node on its command line among them. */
export function conditionsOf(flags: readonly string[]): string[] {
  const own: string[] = [];
  flags.forEach((flag, at) => {
    if (flag === "-C" || flag === "--conditions") own.push(flags[at + 1] ?? "");
    else if (flag.startsWith("--conditions=")) own.push(flag.slice("--conditions=".length));
  });
  return [...new Set(["node", "import", "module-sync", ...own.filter(one => one !== "").sort()])];
}

/** The flags that the user gave to this process, whichever way. */
export function flagsOfProcess(): string[] {
  const flags = process.execArgv.filter(flag => flag !== NARROW);
  return [...(process.env["NODE_OPTIONS"] ?? "").split(/\s+/), ...flags];
}
