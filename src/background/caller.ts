/** Errors of jobs with the lines of who asked: what heddle does inside says nothing to them. */
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { HeddleError } from "../errors.ts";
import { home } from "../platform.ts";

const FRAME = /^\s+at /;

/** From where something was asked. */
export class Caller {
  readonly #here = new Error();

  /** Gives an error of heddle's that has no line of the user's the lines of this call. */
  told(error: unknown): unknown {
    if (!(error instanceof HeddleError)) return error;
    const lines = (error.stack ?? `${error.name}: ${error.message}`).split("\n");
    const first = lines.findIndex(line => FRAME.test(line));
    const [head, frames] = first < 0 ? [lines, []] : [lines.slice(0, first), lines.slice(first)];
    const theirs = frames.filter(isUsers);
    const shown = theirs.length > 0 ? theirs : (this.#here.stack ?? "").split("\n").filter(isUsers);
    if (shown.length > 0) error.stack = [...head, ...shown].join("\n");
    return error;
  }

  /** As it is told to who asked. */
  async tell<T>(asked: Promise<T>): Promise<T> {
    try {
      return await asked;
    } catch (error) {
      throw this.told(error);
    }
  }
}

const OWN = [fileURLToPath(home), join(fileURLToPath(home), "..", "src", sep), join(sep, "node_modules", sep)];

function isUsers(line: string): boolean {
  if (!FRAME.test(line) || !/:\d+:\d+\)?$/.test(line) || line.includes("node:")) return false;
  return !OWN.some(place => line.includes(place));
}
