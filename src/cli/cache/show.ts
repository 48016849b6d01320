/** `heddle cache show`: one entry, with what it was made of. */
import { inspect } from "node:util";
import { formatSize } from "../../config/size.ts";
import { coarse, duration } from "../../report/format.ts";
import { clean, cut, oneLine, width } from "../../report/text.ts";
import type { CodePart, Entry } from "../../store/entry.ts";
import { isKey } from "../../store/key.ts";
import type { Store } from "../../store/store.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { resultFields, resultText } from "../run/result.ts";
import { cutLines, print, printJson, type Screen, stdoutScreen } from "../screen.ts";
import { Finder } from "./find.ts";
import { type Input, inputsOf } from "./inputs.ts";
import { rowOf, shortKey } from "./row.ts";
import { nothingYet, type StoreFlags, withStore } from "./store.ts";
import { type Content, contentOf } from "./value.ts";

export interface ShowFlags extends StoreFlags {
  readonly value?: boolean;
}

interface Shown {
  readonly entry: Entry;
  readonly inputs: readonly Input[];
  readonly code: readonly CodePart[];
  readonly content: Content;
}

/** Where what is said of a fact begins. */
const MARGIN = 13;
const COMPLETE = { depth: null, maxArrayLength: null, maxStringLength: null };

export function show(word: string, flags: ShowFlags): Promise<ExitCode> {
  return withStore(flags, async (store, place) => {
    if (store === null) throw nothingYet(place);
    const entry = found(store, word);
    const content = await contentOf(store, entry);
    if (flags.value === true) {
      if ("problem" in content) throw content.error;
      const text = resultText(content.value);
      if (text !== null) print([text]);
      return EXIT.ok;
    }
    const about = store.about(entry.key);
    const code = store.codes(entry.key.split(".")[2] ?? "") ?? [];
    const shown: Shown = { entry, content, code, inputs: about === undefined ? [] : inputsOf(about) };
    if (flags.json === true) printJson(json(shown));
    else print(text(shown, stdoutScreen()));
    return "problem" in content && content.damaged ? EXIT.failed : EXIT.ok;
  });
}

function found(store: Store, word: string): Entry {
  // A damaged entry is found by its whole key alone, and then this throws.
  if (isKey(word)) store.get(word);
  const finder = new Finder(store);
  const entry = store.get(finder.one(word).key);
  // Somebody else has removed it in the meantime.
  if (entry === undefined) throw finder.nothing(word);
  return entry;
}

function json({ entry, inputs, code, content }: Shown): object {
  const { value: _, ...facts } = entry;
  return {
    ...rowOf(entry),
    ...facts,
    inputs: inputs.map(({ name, source, value, omitted }) => ({
      name,
      source,
      ...(omitted === true && { omitted }),
      ...(value !== undefined && resultFields(value.is)),
    })),
    code,
    ...("problem" in content ? { problem: content.problem } : resultFields(content.value)),
  };
}

function text({ entry, inputs, code, content }: Shown, screen: Screen): string[] {
  const { style, columns, terminal } = screen;
  const row = rowOf(entry);
  const age = coarse(Date.now() - entry.createdAt);
  const facts: [name: string, lines: readonly string[]][] = [
    ["task", [entry.identity]],
    ["key", [entry.key.length + MARGIN > columns ? shortKey(entry.key) : entry.key]],
    ["created", [`${new Date(entry.createdAt).toISOString()}, ${age} ago`]],
    ["run", [entry.run]],
    ["took", [duration(entry.ms)]],
    ["size", [formatSize(row.bytes)]],
    ["inputs", inputs.map(input => inputLine(input, terminal))],
    ["code", codeLines(code)],
    ["files", (entry.files ?? []).map(file => `${file.path}, ${formatSize(file.size)}`)],
    ["directory", entry.directory === undefined ? [] : directoryLines(entry.directory)],
    ["calls", (entry.children ?? []).map(child => child.identity)],
  ];
  const shown = facts.filter(([, lines]) => lines.length > 0);
  const trimmed = (line: string) => cut(line, columns, style.symbols.ellipsis);
  const most = terminal ? Math.max(5, Math.floor(screen.rows / 3)) : Number.POSITIVE_INFINITY;
  return [
    style.paint("bold", trimmed(oneLine(entry.call))),
    ...shown.flatMap(([name, lines]) =>
      cutLines(lines.map(oneLine), most, "more; --json shows all").map((line, at) => {
        const head = at === 0 ? `  ${name}`.padEnd(MARGIN) : " ".repeat(MARGIN);
        return style.paint("dim", head) + cut(line, columns - MARGIN, style.symbols.ellipsis);
      }),
    ),
    "",
    ...valueLines(content, screen).map(trimmed),
  ];
}

function inputLine({ name, source, value, omitted }: Input, short: boolean): string {
  const what =
    source !== null
      ? `the result of ${source}`
      : value === undefined
        ? `(${omitted === true ? "its default" : "not kept"})`
        : inspect(value.is, { ...(!short && COMPLETE), breakLength: Number.POSITIVE_INFINITY });
  return `${name}: ${what}`;
}

/** A line a file: what of it counts. */
function codeLines(code: readonly CodePart[]): string[] {
  const files = new Map<string, string[]>();
  for (const { file, name } of code) {
    const names = files.get(file) ?? [];
    if (!names.includes(name)) names.push(name);
    files.set(file, names);
  }
  return [...files].map(([file, names]) =>
    names.length === 1 && names[0] === "(package)" ? file : `${file}: ${names.join(", ")}`,
  );
}

function directoryLines({ path, files }: NonNullable<Entry["directory"]>): string[] {
  return [path, ...files.map(file => `${path}/${file.path}, ${formatSize(file.size)}`)];
}

function valueLines(content: Content, screen: Screen): readonly string[] {
  if ("problem" in content) {
    const { style } = screen;
    return [`${style.paint("yellow", style.symbols.warning)} ${oneLine(content.problem)}`];
  }
  const text = resultText(content.value) ?? "undefined";
  if (!screen.terminal) return text.split("\n");
  const lines = clean(text).split("\n");
  const shown = cutLines(lines, screen.rows - 4, "more lines; --value prints all");
  const tooWide = shown === lines && lines.some(line => width(line) > screen.columns);
  return tooWide ? [...lines, screen.style.paint("dim", "(--value prints all)")] : shown;
}
