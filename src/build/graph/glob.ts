/** Patterns for paths: `*` and `?` within a name, `**` for any folders, `{a,b}`, `[abc]`. */

export interface Matcher {
  matches(path: string): boolean;
  /** Whether something in this folder, at any depth, could match. */
  mayMatchIn(folder: string): boolean;
  /** The folder below which everything lies that matches; empty for the root. */
  readonly base: string;
}

const known = new Map<string, Matcher>();

export function matcherOf(pattern: string): Matcher {
  let matcher = known.get(pattern);
  if (matcher === undefined) {
    matcher = make(pattern);
    known.set(pattern, matcher);
  }
  return matcher;
}

function make(pattern: string): Matcher {
  const alternatives = braces(pattern);
  const whole = alternatives.map(each => new RegExp(`^${sourceOf(each)}$`));
  const base = commonFolder(alternatives.map(baseOf));
  return {
    base,
    matches: path => whole.some(each => each.test(path)),
    mayMatchIn: folder => alternatives.some(each => mayMatch(each.split("/"), folder.split("/"))),
  };
}

/** `a{b,c}` as `ab` and `ac`. */
function braces(pattern: string): string[] {
  const open = pattern.indexOf("{");
  if (open < 0) return [pattern];
  let depth = 0;
  const cuts = [open];
  for (let at = open; at < pattern.length; at += 1) {
    const sign = pattern[at];
    if (sign === "{") depth += 1;
    else if (sign === "," && depth === 1) cuts.push(at);
    else if (sign === "}") {
      depth -= 1;
      if (depth > 0) continue;
      cuts.push(at);
      const choices = cuts.slice(1).map((cut, place) => pattern.slice(cuts[place]! + 1, cut));
      const [head, tail] = [pattern.slice(0, open), pattern.slice(at + 1)];
      return choices.flatMap(choice => braces(head + choice + tail));
    }
  }
  return [pattern];
}

function sourceOf(pattern: string): string {
  const parts = pattern.split("/");
  let source = "";
  for (const [place, part] of parts.entries()) {
    const last = place === parts.length - 1;
    if (part === "**") source += last ? `(?:${NAME}/)*${NAME}` : `(?:${NAME}/)*`;
    else source += nameSource(part) + (last ? "" : "/");
  }
  return source;
}

/** A name that `*` stands for: one that does not begin with a dot. */
const NAME = "(?!\\.)[^/]+";

function nameSource(part: string): string {
  let source = /^[*?[]/.test(part) ? "(?!\\.)" : "";
  for (let at = 0; at < part.length; at += 1) {
    const sign = part[at]!;
    if (sign === "*") source += "[^/]*";
    else if (sign === "?") source += "[^/]";
    else if (sign === "[" && part.indexOf("]", at + 2) > 0) {
      const end = part.indexOf("]", at + 2);
      const set = part
        .slice(at + 1, end)
        .replace(/^!/, "^")
        .replace(/\\/g, "\\\\");
      source += `(?!/)[${set}]`;
      at = end;
    } else source += sign.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  }
  return source;
}

export function isPattern(path: string): boolean {
  return /[*?[{]/.test(path);
}

function baseOf(pattern: string): string {
  const parts = pattern.split("/");
  const first = parts.findIndex(isPattern);
  return parts.slice(0, first < 0 ? -1 : first).join("/");
}

function commonFolder(folders: readonly string[]): string {
  const [first, ...others] = folders.map(folder => folder.split("/"));
  const same = first!.findIndex((part, at) => others.some(other => other[at] !== part));
  return (same < 0 ? first! : first!.slice(0, same)).join("/");
}

function mayMatch(pattern: readonly string[], folder: readonly string[]): boolean {
  for (const [at, part] of pattern.entries()) {
    if (part === "**" || at >= folder.length) return true;
    if (at === pattern.length - 1) return false;
    if (!new RegExp(`^${nameSource(part)}$`).test(folder[at]!)) return false;
  }
  return false;
}
