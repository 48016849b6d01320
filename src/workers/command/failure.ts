/** What is said of commands that gave nothing. */
import { existsSync } from "node:fs";
import { delimiter } from "node:path";
import { typed } from "../../config/command.ts";
import { CommandFailedError, CommandStartError, CrashedError, NoOutcomeError } from "../../errors.ts";
import type { LastWords } from "../last-words.ts";
import { MUTE } from "./exchange.ts";
import type { GroupEnd } from "./group.ts";

export interface Ended {
  /** Whose command it was, as displayed. */
  readonly task: string;
  readonly words: readonly string[];
  /** The program that was to run the worker. */
  readonly node: string;
  readonly end: GroupEnd;
  /** The worker had begun. */
  readonly begun: boolean;
  /** The error that it died of. */
  readonly death: Error | null;
  /** The end of what the command wrote. */
  readonly output: string;
  /** Of what its worker wrote past the capture. */
  readonly lastWords: LastWords;
  /** Where the two exchange files. */
  readonly folder: string | null;
}

export function endOf({ code, signal }: GroupEnd): string {
  return signal === null ? `exit code ${code}` : `signal ${signal}`;
}

/** What a call and its worker cannot talk without. */
export function folderFailure(task: string, prefix: readonly string[], folder: string, error: unknown): Error {
  const cause = `its folder cannot be written: ${(error as Error).message}`;
  const hint = `See to the disk that ${folder} is on, or give another folder with -o.`;
  return new CommandStartError({ task, command: typed(prefix), cause, hint }, { cause: error });
}

export function isOfSystem(error: unknown): boolean {
  return error instanceof Error && "syscall" in error;
}

export function commandFailure(ended: Ended): Error {
  const { task, words, end } = ended;
  const command = typed(words);
  if (end.error !== null) return notStarted(ended, end.error);
  if (ended.begun || isLost(ended)) {
    const mute = isMute(ended) ? `${muteHint(ended)}\n  ` : "";
    const lost = isLost(ended) ? `Its folder is gone, without which it cannot talk: ${ended.folder}\n  ` : "";
    const hint = `${mute}${lost}It ran as: ${command}${said("Its last words", ended.lastWords.shown)}${said("The command said", ended.output)}`;
    const { death } = ended;
    const cause =
      death === null ? ended.lastWords.causeOf(endOf(end)) : `nobody caught ${death.name}: ${death.message}`;
    return new CrashedError({ task, cause, hint }, death === null ? undefined : { cause: death });
  }
  const output = said("It said", ended.output);
  if (end.code === 0) return new NoOutcomeError({ task, command, output });
  return new CommandFailedError({ task, command, end: endOf(end), hint: `${hintFor(ended)}${output}` });
}

function notStarted({ task, words }: Ended, error: NodeJS.ErrnoException): Error {
  const [program = ""] = words;
  const missing = error.code === "ENOENT";
  const hint = !missing
    ? "Look at the rights of the program, and at the length of its arguments."
    : program.includes("/")
      ? "Check the path of the program, and the working directory."
      : `Is it installed? It was looked for in PATH: ${(process.env["PATH"] ?? "").split(delimiter).join(", ")}`;
  const cause = missing ? `there is no program ${program}` : error.message;
  return new CommandStartError({ task, command: typed(words), cause, hint }, { cause: error });
}

/** What follows the prefix is more than one could type into a shell without quotes. */
function wantsQuotes({ words, node }: Ended): boolean {
  const at = words.indexOf(node);
  return at >= 0 && typed(words.slice(at)) !== words.slice(at).join(" ");
}

function isMute({ end, folder }: Ended): boolean {
  return folder !== null && end.code === MUTE;
}

/** A worker that has lost its folder may have begun, and told so there. */
function isLost({ folder }: Ended): boolean {
  return folder !== null && !existsSync(folder);
}

function muteHint({ folder }: Ended): string {
  return `Its worker could not write to its folder, as when the disk is full: ${folder}`;
}

/** Shells and containers have these codes for programs that they cannot find or run. */
function hintFor(ended: Ended): string {
  const { end, node, output } = ended;
  if (isMute(ended)) return muteHint(ended);
  if (wantsQuotes(ended) && /ENOENT|Cannot find module|not found|syntax/i.test(output)) {
    return "What follows the prefix has words that a shell takes apart. Where it passes through one, as with ssh, say so: ssh HOST {worker}";
  }
  if (end.code === 127 || end.code === 126) {
    return `Exit code ${end.code} mostly means that a program could not be run there. The worker wants Node at ${node}; where that is elsewhere, say so: { command, node: "node" }.`;
  }
  if (/Cannot find module|ENOENT/.test(output)) {
    return "The place where the command runs has to see heddle, the project and the call's folder at the same paths.";
  }
  return "Run the command by hand to see what it says.";
}

function said(who: string, text: string): string {
  return text === "" ? "" : `\n  ${who}:\n${text.replace(/^/gm, "    ")}`;
}
