import { styleText } from "node:util";

/** What a reporter writes to: `process.stderr`, or anything like it. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  on?(event: "resize", listener: () => void): unknown;
  off?(event: "resize", listener: () => void): unknown;
}

export type Environment = Readonly<Record<string, string | undefined>>;
export type Format = Parameters<typeof styleText>[0];

/** How text is dressed: colours or none, and the symbols that the terminal can show. */
export interface Style {
  readonly colour: boolean;
  readonly symbols: Symbols;
  paint(format: Format, text: string): string;
}

export interface Symbols {
  readonly ok: string;
  readonly failed: string;
  readonly retry: string;
  readonly warning: string;
  readonly times: string;
  readonly bar: string;
  readonly failedBar: string;
  readonly rest: string;
  readonly gutter: string;
  readonly ellipsis: string;
  readonly dot: string;
  /** Before why something is done. */
  readonly why: string;
}

const unicodeSymbols: Symbols = {
  ok: "✓",
  failed: "✗",
  retry: "↻",
  warning: "!",
  times: "×",
  bar: "━",
  failedBar: "━",
  rest: "─",
  gutter: "│",
  ellipsis: "…",
  dot: "·",
  why: "▸",
};

const asciiSymbols: Symbols = {
  ok: "+",
  failed: "x",
  retry: "~",
  warning: "!",
  times: "x",
  bar: "=",
  failedBar: "x",
  rest: "-",
  gutter: "|",
  ellipsis: "~",
  dot: "-",
  why: ">",
};

/** The style for an output: FORCE_COLOR, then NO_COLOR, then whether it is a terminal that is not dumb. */
export function styleFor(out: Output, env: Environment): Style {
  return style(coloured(out, env), unicode(env));
}

export function style(colour: boolean, withUnicode: boolean): Style {
  return {
    colour,
    symbols: withUnicode ? unicodeSymbols : asciiSymbols,
    // The choice is made above, for this output; without the option, newer Nodes would make it again for stdout.
    paint: colour ? (format, text) => styleText(format, text, { validateStream: false }) : (_format, text) => text,
  };
}

function coloured(out: Output, env: Environment): boolean {
  const { FORCE_COLOR: force, NO_COLOR: no, TERM: term } = env;
  if (force !== undefined) return force !== "0" && force !== "false";
  if (no !== undefined && no !== "") return false;
  return out.isTTY === true && term !== "dumb";
}

function unicode(env: Environment): boolean {
  const { TERM: term, LC_ALL, LC_CTYPE, LANG } = env;
  if (term === "linux" || term === "dumb") return false;
  if (process.platform === "win32") {
    return ["WT_SESSION", "TERM_PROGRAM", "ConEmuTask", "CI"].some(name => env[name] !== undefined);
  }
  const locale = LC_ALL || LC_CTYPE || LANG;
  // Unset is common in containers, whose terminals show UTF-8 all the same.
  return !locale || !/^(C|POSIX)$/.test(locale);
}
