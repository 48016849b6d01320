/** The command by which a user has told to cancel what another command has put into a queue. */
import { spawn } from "node:child_process";
import { filled, placeholdersOf, typed } from "../../config/command.ts";

/** How long the number of the job is waited for, and how long cancelling may take, in milliseconds. */
const JOB_WAIT = 1_500;
const CANCELLING = 30_000;
/** Enough of the output to find the number of a job in. */
const SEEN = 4_096;

export class Cancellation {
  readonly #words: readonly string[];
  readonly #pattern: RegExp;
  readonly #env: NodeJS.ProcessEnv;
  readonly #needsJob: boolean;
  #seen = "";
  #job: string | null = null;
  #found: (() => void) | null = null;

  constructor(words: readonly string[], pattern: RegExp, env: NodeJS.ProcessEnv) {
    this.#words = words;
    // Without the flag that would make it remember where it stopped.
    this.#pattern = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ""));
    this.#env = env;
    this.#needsJob = placeholdersOf(words).includes("job");
  }

  /** Looks for the number of the job in what the command writes; true when that has just been found. */
  read(text: string): boolean {
    if (!this.#needsJob || this.#job !== null) return false;
    this.#seen = (this.#seen + text).slice(-SEEN);
    // A number at the very end may go on.
    const match = this.#pattern.exec(this.#seen);
    if (match === null || match.index + match[0].length === this.#seen.length) return false;
    this.#job = match[1] ?? match[0];
    this.#found?.();
    return true;
  }

  /** What cancels it, as words; null while the job is not known. */
  get words(): readonly string[] | null {
    if (this.#needsJob && this.#job === null) return null;
    return filled(this.#words, new Map([["job", this.#job ?? ""]]));
  }

  /** Gives the command some time to say which job it is; resolves at once where that is known, or not asked for. */
  async jobKnown(): Promise<void> {
    if (this.words !== null) return;
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, JOB_WAIT);
      this.#found = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Runs it. Resolves to what went wrong; null when nothing did. */
  run(): Promise<string | null> {
    const { words } = this;
    if (words === null) {
      return Promise.resolve(`its output names no job for: ${typed(this.#words)}`);
    }
    const [program = "", ...args] = words;
    const failed = (error: Error) => `${typed(words)}: ${error.message}`;
    // That it cannot be started is thrown, or an event, as the system's reason may be.
    return new Promise<string | null>(resolve => {
      let said = "";
      const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env: this.#env, timeout: CANCELLING });
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding("utf8").on("data", (text: string) => {
          said = (said + text).slice(-SEEN);
        });
      }
      child.on("error", error => resolve(failed(error)));
      child.on("close", (code, signal) => {
        const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
        resolve(code === 0 ? null : `${typed(words)}: ${how}${said.trim() === "" ? "" : `: ${said.trim()}`}`);
      });
    }).catch(failed);
  }
}
