/** Where results are written: a terminal, to which they are fitted, or a pipe or file, which gets everything. */
import { type Format, type Style, styleFor } from "../report/style.ts";
import { cut, padEnd, padStart, width } from "../report/text.ts";

export interface Screen {
  readonly style: Style;
  /** Infinite where it is no terminal. */
  readonly columns: number;
  readonly rows: number;
  readonly terminal: boolean;
}

export function stdoutScreen(): Screen {
  const { stdout } = process;
  const terminal = stdout.isTTY === true;
  return {
    style: styleFor(stdout, process.env),
    // A line that fills the last column wraps on some terminals.
    columns: terminal ? Math.max(20, (stdout.columns || 80) - 1) : Number.POSITIVE_INFINITY,
    rows: terminal ? Math.max(10, stdout.rows || 24) : Number.POSITIVE_INFINITY,
    terminal,
  };
}

/** How a state is shown at the beginning of a line. */
export interface Look {
  readonly mark: readonly [unicode: string, ascii: string];
  readonly words: string;
  readonly format: Format;
}

export interface Column {
  readonly title: string;
  /** Numbers stand below each other at their last digit. */
  readonly align?: "right";
  /** What it may be cut to where it is too narrow for all; default: it is never cut. */
  readonly least?: number;
  /** It is left out where there is no room for all that cannot be cut; the lowest first. */
  readonly spare?: number;
}

/** Lines of a table with a heading: cut to the screen where that is a terminal. */
export function table(
  all: readonly Column[],
  rows: readonly (readonly string[])[],
  { style, columns: room }: Screen,
): string[] {
  const widest = all.map(({ title }, at) => rows.reduce((most, row) => Math.max(most, width(row[at]!)), title.length));
  const kept = chosen(all, widest, room);
  const widths = fitted(
    kept.map(at => all[at]!),
    kept.map(at => widest[at]!),
    room,
  );
  const trimmed = (text: string, columns: number) =>
    room === Number.POSITIVE_INFINITY ? text : cut(text, columns, style.symbols.ellipsis);
  const line = (cells: readonly string[]) => {
    const padded = kept.map((from, at) => {
      const text = trimmed(cells[from]!, widths[at]!);
      return all[from]?.align === "right" ? padStart(text, widths[at]!) : padEnd(text, widths[at]!);
    });
    return trimmed(padded.join("  ").trimEnd(), room);
  };
  return [style.paint("dim", line(all.map(({ title }) => title))), ...rows.map(line)];
}

/** The columns for which there is room, by number. */
function chosen(columns: readonly Column[], widest: readonly number[], room: number): number[] {
  let kept = columns.map((_, at) => at);
  const spare = kept.filter(at => columns[at]!.spare !== undefined);
  spare.sort((a, b) => columns[a]!.spare! - columns[b]!.spare!);
  const needed = (at: number) => Math.min(widest[at]!, columns[at]!.least ?? Number.POSITIVE_INFINITY) + 2;
  for (const one of spare) {
    if (kept.reduce((sum, at) => sum + needed(at), -2) <= room) break;
    kept = kept.filter(at => at !== one);
  }
  return kept;
}

/** The widest of those that may be cut is cut first. */
function fitted(columns: readonly Column[], widest: readonly number[], room: number): number[] {
  const widths = [...widest];
  let excess = widths.reduce((sum, one) => sum + one + 2, -2) - room;
  while (excess > 0) {
    let chosen = -1;
    for (const [at, { least }] of columns.entries()) {
      if (least === undefined || widths[at]! <= least) continue;
      if (chosen === -1 || widths[at]! > widths[chosen]!) chosen = at;
    }
    if (chosen === -1) break;
    widths[chosen]!--;
    excess--;
  }
  return widths;
}

/** The first of them, and how many more there are. */
export function cutLines(lines: readonly string[], most: number, rest: string): readonly string[] {
  return lines.length <= most ? lines : [...lines.slice(0, most - 1), `… ${lines.length - most + 1} ${rest}`];
}

/** Prints lines, many at a time. */
export function print(lines: Iterable<string>): void {
  let text = "";
  for (const line of lines) {
    text += `${line}\n`;
    if (text.length < 65_536) continue;
    process.stdout.write(text);
    text = "";
  }
  if (text !== "") process.stdout.write(text);
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}
