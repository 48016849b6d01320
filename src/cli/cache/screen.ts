/** Where results are written: a terminal, to which they are fitted, or a pipe or file, which gets everything. */
import { type Style, styleFor } from "../../report/style.ts";
import { cut, padEnd, padStart, width } from "../../report/text.ts";

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

export interface Column {
  readonly title: string;
  /** Numbers stand below each other at their last digit. */
  readonly align?: "right";
  /** What it may be cut to where it is too narrow for all; default: it is never cut. */
  readonly least?: number;
}

/** Lines of a table with a heading: cut to the screen where that is a terminal. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { style, columns: room }: Screen,
): string[] {
  const widest = columns.map(({ title }, at) =>
    rows.reduce((most, row) => Math.max(most, width(row[at]!)), title.length),
  );
  const widths = fitted(columns, widest, room);
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => {
        const text = cut(cell, widths[at]!, style.symbols.ellipsis);
        return columns[at]?.align === "right" ? padStart(text, widths[at]!) : padEnd(text, widths[at]!);
      })
      .join("  ")
      .trimEnd();
  const trimmed = (text: string) => cut(text, room, style.symbols.ellipsis);
  return [style.paint("dim", trimmed(line(columns.map(({ title }) => title)))), ...rows.map(row => trimmed(line(row)))];
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
