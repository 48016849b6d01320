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
 * @throws OptionError if it is no text, or empty, or another one was given before.
 */
export function giveSecret(value: unknown, where: string): void {
  const text = checked(value, where);
  if (given !== null && given !== text) {
    throw new OptionError({
      where,
      problem: "this process was given another secret before",
      hint: "A process has one secret for all its queues: give the same everywhere.",
    });
  }
  given = text;
}

function checked(value: unknown, where: string): string {
  if (typeof value === "string" && value !== "") return value;
  // Of what may be a secret nothing is shown.
  const kind = value === null ? "null" : `of the type ${typeof value}`;
  throw new OptionError({
    where,
    problem: value === "" ? "the secret is empty" : `the secret is ${kind}`,
    hint: "Give text that is hard to guess, or leave it out: with an empty one anybody could sign.",
  });
}
