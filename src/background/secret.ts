/** The secret that those share who use a queue. */
import { OptionError } from "../errors.ts";

/** The environment variable that holds it. */
export const SECRET_VARIABLE = "HEDDLE_SECRET";

let given: string | null = null;

/** What payloads are signed with; null if they are not. */
export function secret(): string | null {
  if (given !== null) return given;
  const said = process.env[SECRET_VARIABLE];
  return said === undefined ? null : checked(said, SECRET_VARIABLE);
}

/**
 * From now on this process signs with it, and refuses what is not signed with it.
 *
 * @throws OptionError if it is empty, or another one was given before.
 */
export function giveSecret(text: string, where: string): void {
  checked(text, where);
  if (given !== null && given !== text) {
    throw new OptionError({
      where,
      problem: "this process was given another secret before",
      hint: "A process has one secret for all its queues: give the same everywhere.",
    });
  }
  given = text;
}

function checked(text: string, where: string): string {
  if (text !== "") return text;
  const hint = "Give one that is hard to guess, or none: with an empty one anybody could sign.";
  throw new OptionError({ where, problem: "the secret is empty", hint });
}
