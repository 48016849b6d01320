import { findSourceMap } from "node:module";
import { fileURLToPath } from "node:url";

/** Where a piece of user code stands. */
export interface Location {
  /** URL of the module; null for a REPL, `node -e`, or other code without a file. */
  readonly module: string | null;
  /** File, line and column, for messages. */
  readonly where: string;
  /** The function around it, empty if it has no name; null at module level. */
  readonly inside: string | null;
}

/** What Node names code that was given by `--eval`, or read from standard input. */
const TYPED_IN = /(^|\/)\[(eval|stdin|worker eval)\d*\]$/;

/** The place from which `callee` was called. */
export function callerOf(callee: (...args: never[]) => unknown): Location {
  const [site, around] = sitesAbove(callee);
  if (site === undefined) return { module: null, where: "an unknown place", inside: null };
  const file = site.getFileName() ?? site.getScriptNameOrSourceURL() ?? null;
  const module = moduleUrl(file);
  const path = module === null ? (file ?? "a place without a file") : fileURLToPath(module);
  const [line, column] = written(file, site.getLineNumber() ?? 1, site.getColumnNumber() ?? 1);
  return {
    module,
    where: `${path}:${line}:${column}`,
    inside: site.getFunctionName() ?? (isUserCode(around) ? "" : null),
  };
}

/** Where that stands in the file as it was written, when a loader has translated it. */
function written(file: string | null, line: number, column: number): readonly [number, number] {
  const map = file === null ? undefined : findSourceMap(file);
  const entry = map?.findEntry(line - 1, column - 1);
  return entry !== undefined && "originalLine" in entry
    ? [entry.originalLine + 1, entry.originalColumn + 1]
    : [line, column];
}

/** A module's top level is called by Node itself, a function without a name by other code. */
function isUserCode(site: NodeJS.CallSite | undefined): boolean {
  const file = site?.getFileName();
  return typeof file === "string" && !file.startsWith("node:");
}

function sitesAbove(callee: (...args: never[]) => unknown): readonly (NodeJS.CallSite | undefined)[] {
  const { prepareStackTrace, stackTraceLimit } = Error;
  try {
    Error.stackTraceLimit = 2;
    Error.prepareStackTrace = (_, sites) => sites;
    const holder: { stack?: NodeJS.CallSite[] } = {};
    Error.captureStackTrace(holder, callee);
    return holder.stack ?? [];
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function moduleUrl(file: string | null): string | null {
  if (file === null || TYPED_IN.test(file)) return null;
  if (file.startsWith("file://")) return file.replace(/[?#].*$/, "");
  return file.startsWith("/") ? new URL(`file://${encodeURI(file)}`).href : null;
}
