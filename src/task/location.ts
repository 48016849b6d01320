import { fileURLToPath } from "node:url";

/** Where a piece of user code stands. */
export interface Location {
  /** URL of the module; null for a REPL, `node -e`, or other code without a file. */
  readonly module: string | null;
  /** File, line and column, for messages. */
  readonly where: string;
  /** The function around it; null at module level. */
  readonly inside: string | null;
}

/** The place from which `callee` was called. */
export function callerOf(callee: (...args: never[]) => unknown): Location {
  const site = firstSite(callee);
  if (site === undefined) return { module: null, where: "an unknown place", inside: null };
  const file = site.getFileName() ?? site.getScriptNameOrSourceURL() ?? null;
  const module = moduleUrl(file);
  const path = module === null ? (file ?? "a place without a file") : fileURLToPath(module);
  return {
    module,
    where: `${path}:${site.getLineNumber() ?? 0}:${site.getColumnNumber() ?? 0}`,
    inside: site.getFunctionName() ?? null,
  };
}

function firstSite(callee: (...args: never[]) => unknown): NodeJS.CallSite | undefined {
  const { prepareStackTrace, stackTraceLimit } = Error;
  try {
    Error.stackTraceLimit = 1;
    Error.prepareStackTrace = (_, sites) => sites;
    const holder: { stack?: NodeJS.CallSite[] } = {};
    Error.captureStackTrace(holder, callee);
    return holder.stack?.[0];
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function moduleUrl(file: string | null): string | null {
  if (file === null) return null;
  if (file.startsWith("file://")) return file.replace(/[?#].*$/, "");
  return file.startsWith("/") ? new URL(`file://${encodeURI(file)}`).href : null;
}
