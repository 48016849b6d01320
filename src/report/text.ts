import { createRequire } from "node:module";
import { stripVTControlCharacters } from "node:util";

/** What knows of the widths of all characters takes as long to load as a run, and most text needs none of it. */
const load = createRequire(import.meta.url);
const stringWidth = (): typeof import("string-width").default => load("string-width").default;
const cliTruncate = (): typeof import("cli-truncate").default => load("cli-truncate").default;

/** Text that others wrote, made harmless for a terminal and a log: no control characters but line ends. */
export function clean(text: string): string {
  return (
    stripVTControlCharacters(text)
      .replace(/\r\n/g, "\n")
      // A carriage return paints over what the line had before, as progress bars do.
      .replace(/^.*\r(?!$)/gm, "")
      .replace(/\t/g, "    ")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
      .replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, "")
  );
}

/** The same on one line. */
export function oneLine(text: string): string {
  return clean(text).replace(/\s+/g, " ").trim();
}

/** Columns that the text takes in a terminal; colours take none. */
export function width(text: string): number {
  return plain(text) ? text.length : stringWidth()(text);
}

/** Cuts to so many columns, with `…` where something is missing. */
export function cut(text: string, columns: number, ellipsis = "…"): string {
  const bare = stripVTControlCharacters(text);
  if (plain(bare) && bare.length <= columns) return text;
  if (columns < 1) return "";
  if (ellipsis.length <= columns && plain(text + ellipsis)) return text.slice(0, columns - ellipsis.length) + ellipsis;
  return cliTruncate()(text, columns, { truncationCharacter: ellipsis });
}

export function padEnd(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - width(text)));
}

export function padStart(text: string, columns: number): string {
  return " ".repeat(Math.max(0, columns - width(text))) + text;
}

/** One column a character: ASCII, lines and the reporters' own symbols. Measuring other text costs a hundred times more. */
function plain(text: string): boolean {
  return /^[\x20-\x7e\u2500-\u257f·×…✓✗↻▸]*$/.test(text);
}

/** What a log line carries besides its message. */
export function dataText(data: unknown): string {
  if (data === undefined) return "";
  try {
    return ` ${JSON.stringify(data)}`;
  } catch {
    return " (data that JSON cannot hold)";
  }
}
