/** Errors as the command line shows them: what happened and what to do; stacks only where they help. */
import { inspect, styleText } from "node:util";

interface Explained extends Error {
  readonly short: string;
  readonly remedy: string;
}

/** The text for an error that ends a command. */
export function failureText(error: unknown, { verbose = false }: { readonly verbose?: boolean }): string {
  const title = styleText("red", "heddle:", { stream: process.stderr });
  if (!isExplained(error)) {
    // Not one of heddle's: its stack is what is known.
    return `${title} ${error instanceof Error ? (error.stack ?? error.message) : `threw ${inspect(error)}`}`;
  }
  const lines = [`${title} ${error.short}`];
  if (error.remedy !== "") lines.push(indented(styleText("cyan", error.remedy, { stream: process.stderr })));
  if (verbose) lines.push(indented(stackOf(error)));
  return lines.join("\n");
}

/** By shape and not by class: the project may have loaded another copy of heddle. */
function isExplained(error: unknown): error is Explained {
  return error instanceof Error && "short" in error && "remedy" in error && typeof error.short === "string";
}

function stackOf(error: Error): string {
  const frames = (error.stack ?? "").split("\n").filter(line => /^\s+at /.test(line));
  const cause = error.cause instanceof Error ? `\ncaused by ${inspect(error.cause)}` : "";
  return frames.map(line => line.trim()).join("\n") + cause;
}

function indented(text: string): string {
  return text.replace(/^/gm, "  ");
}
