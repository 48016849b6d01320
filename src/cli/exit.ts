/** How the process ends. */
import type { ErrorCode } from "../errors.ts";

export const EXIT = { ok: 0, failed: 1, usage: 2, module: 3, graph: 4, interrupted: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const CODES: Partial<Record<ErrorCode, ExitCode>> = {
  USAGE: EXIT.usage,
  CONFIG: EXIT.usage,
  OPTION: EXIT.usage,
  UNKNOWN_RUNNER: EXIT.usage,
  DRAWING: EXIT.usage,
  STORE: EXIT.usage,
  UNKNOWN_JOB: EXIT.usage,
  STORE_VERSION: EXIT.usage,
  MODULE_LOAD: EXIT.module,
  GRAPH: EXIT.graph,
  INTERRUPTED: EXIT.interrupted,
};

/** The exit code for an error: by its code, for errors of every copy of heddle alike. */
export function exitCodeOf(error: unknown): ExitCode {
  const code: unknown = error instanceof Error && "code" in error ? error.code : undefined;
  return (typeof code === "string" && Object.hasOwn(CODES, code) && CODES[code as ErrorCode]) || EXIT.failed;
}

/** Ends the process when all that was written has left it: timers or servers of user code must not hold it. */
export async function leave(code: number): Promise<never> {
  await Promise.all([drained(process.stdout), drained(process.stderr)]);
  process.exit(code);
}

function drained(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.destroyed || stream.writableEnded) return Promise.resolve();
  return new Promise(resolve => stream.write("", () => resolve()));
}

/** What writes give to a pipe without a reader, and to a terminal that was closed. */
const NOBODY_READS = new Set<unknown>(["EPIPE", "EIO"]);

/** A reader that went away, as in `heddle run … | head`, is no error. */
export function tolerateClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", error => {
      if (!("code" in error) || !NOBODY_READS.has(error.code)) throw error;
    });
  }
}
