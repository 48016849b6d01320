/** Conditions for `exports` and `imports` of packages, those given to Node on its command line among them. */
export function conditionsOf(flags: readonly string[]): string[] {
  const own: string[] = [];
  flags.forEach((flag, at) => {
    if (flag === "-C" || flag === "--conditions") own.push(flags[at + 1] ?? "");
    else if (flag.startsWith("--conditions=")) own.push(flag.slice("--conditions=".length));
  });
  return [...new Set(["node", "import", "module-sync", ...own.filter(one => one !== "").sort()])];
}

/** The flags of this process, whichever way they were given. */
export function flagsOfProcess(): string[] {
  return [...(process.env["NODE_OPTIONS"] ?? "").split(/\s+/), ...process.execArgv];
}
