/** Commands as users write them: split into words, with placeholders. */
import { type ParseEntry, parse } from "shell-quote";
import { OptionError } from "../errors.ts";
import { shown } from "./shown.ts";

/** Split as a shell would split it, though no shell runs it; an array is taken as it is. */
export type CommandLine = string | readonly string[];

const HINT = 'Give a command such as "srun --gres=gpu:{gpu}", or its words: ["srun", "--gres=gpu:{gpu}"].';

/**
 * The words of a command.
 *
 * @throws OptionError for what is none, and for what only a shell could do.
 */
export function wordsOf(command: unknown, where: string): readonly string[] {
  const words = typeof command === "string" ? split(command, where) : command;
  if (!Array.isArray(words) || !words.every(word => typeof word === "string" && !word.includes("\0"))) {
    throw new OptionError({ where, problem: `${shown(command)} is no command`, hint: HINT });
  }
  if (words.length === 0 || words[0] === "") {
    throw new OptionError({ where, problem: "the command is empty", hint: HINT });
  }
  return words as readonly string[];
}

function split(command: string, where: string): string[] {
  return parse(command, name => ({ op: `$${name}` }) as never).map(part => {
    if (typeof part === "string") return part;
    throw new OptionError({
      where,
      problem: `${shown(command)} has ${nameOf(part)}, which only a shell understands, and none runs it`,
      hint: `Quote it, give the command as an array of its words, or ask for a shell: ["sh", "-c", "… \\"$@\\"", "sh"].`,
    });
  });
}

function nameOf(part: Exclude<ParseEntry, string>): string {
  if ("comment" in part) return `a comment: #${part.comment}`;
  if (part.op === "glob") return `the pattern ${part.pattern}`;
  return part.op.startsWith("$") && part.op.length > 1 ? `the variable ${part.op}` : `the operator ${part.op}`;
}

/** `{name}`, but not `{{name}}`, which belongs to the command. */
const PLACEHOLDER = /(?<!\{)\{([\p{L}_][\p{L}\p{N}_.-]*)\}(?!\})/gu;

export function placeholdersOf(words: readonly string[]): readonly string[] {
  const names = words.flatMap(word => [...word.matchAll(PLACEHOLDER)].map(match => match[1]!));
  return [...new Set(names)];
}

/** Fills in what is known; other placeholders stay. */
export function filled(words: readonly string[], values: ReadonlyMap<string, string | number>): string[] {
  return words.map(word => word.replace(PLACEHOLDER, (blank, name: string) => String(values.get(name) ?? blank)));
}

/** As one could type it in a shell. */
export function typed(words: readonly string[]): string {
  return words.map(word => (/^[\w@%+=:,./{}-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(" ");
}
