/** Debuggers: they need every call in this process, one at a time. */
import inspector from "node:inspector";
import { UsageError } from "../../errors.ts";

export interface DebugFlags {
  readonly inProcess?: boolean;
  readonly inspect?: boolean;
  readonly inspectBrk?: boolean;
  readonly inspectPort?: string;
}

/** Opens the inspector where that was asked for; true when all calls have to run in this process. */
export function prepareDebugging(flags: DebugFlags): boolean {
  const already = inspector.url() !== undefined;
  if (flags.inspect !== true && flags.inspectBrk !== true) return flags.inProcess === true || already;
  if (!already) {
    const { host, port } = readAddress(flags.inspectPort ?? "127.0.0.1:9229");
    inspector.open(port, host);
  }
  if (flags.inspectBrk === true) {
    inspector.waitForDebugger();
    // biome-ignore lint/suspicious/noDebugger: this is where --inspect-brk breaks, before the module is loaded
    debugger;
  }
  return true;
}

/** Refuses flags that ask for workers where there can be none. */
export function checkFlags(flags: DebugFlags & { readonly workers?: unknown; readonly runner?: unknown }): void {
  const alone = flags.inspectBrk
    ? "--inspect-brk"
    : flags.inspect
      ? "--inspect"
      : flags.inProcess
        ? "--in-process"
        : null;
  const other =
    flags.workers !== undefined
      ? `-n ${flags.workers}`
      : flags.runner !== undefined
        ? `--runner ${flags.runner}`
        : null;
  if (alone === null || other === null) return;
  throw new UsageError({
    problem: `${other} makes no sense with ${alone}, which runs every call in this process, one at a time`,
    hint: "Leave one of them out.",
  });
}

function readAddress(text: string): { host: string; port: number } {
  const match = /^(?:(.+):)?(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (match === null || port > 65_535) {
    throw new UsageError({
      problem: `--inspect-port ${text} is not a port`,
      hint: "Give a port such as 9229, or host:port.",
    });
  }
  return { host: match[1] ?? "127.0.0.1", port };
}
