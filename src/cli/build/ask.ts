/** Questions to the user, who has to be at a terminal. */
import { createInterface } from "node:readline/promises";

/** True for yes; null where nobody can be asked. */
export type Ask = (question: string) => Promise<boolean | null>;

export async function askUser(question: string): Promise<boolean | null> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY || !stderr.isTTY) return null;
  const terminal = createInterface({ input: stdin, output: stderr });
  try {
    // Where input ends without an answer, none comes.
    const ended = new Promise<string>(resolve => {
      terminal.once("close", () => resolve(""));
    });
    return /^y(es)?$/i.test((await Promise.race([terminal.question(question), ended])).trim());
  } finally {
    terminal.close();
  }
}
