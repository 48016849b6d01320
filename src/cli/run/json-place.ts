/** Where text stops being JSON, shown to a person. */

/** The line, the column and the excerpt of what is wrong in `text`, which JSON.parse refused with `refusal`. */
export async function jsonPlace(text: string, refusal: unknown): Promise<string> {
  const offset = (await brokenAt(text, refusal)) ?? text.length;
  const before = text.slice(0, offset).split("\n");
  const line = before.length;
  const column = (before.at(-1) ?? "").length + 1;
  const found = text[offset] === undefined ? "it ends too early" : `unexpected ${JSON.stringify(text[offset])}`;
  return `${found} at line ${line}, column ${column}\n${excerpt(text.split("\n")[line - 1] ?? "", column)}`;
}

/** V8 names a position for some errors only; for the others, a parser that always knows. */
async function brokenAt(text: string, refusal: unknown): Promise<number | undefined> {
  const known = /at position (\d+)/.exec(refusal instanceof Error ? refusal.message : "");
  if (known !== null) return Number(known[1]);
  const { parse } = await import("@humanwhocodes/momoa");
  try {
    parse(text);
    return undefined;
  } catch (error) {
    return error instanceof Error && "offset" in error ? Number(error.offset) : undefined;
  }
}

const WIDTH = 72;

function excerpt(line: string, column: number): string {
  const start = Math.max(0, column - 1 - WIDTH / 2);
  const shown = line.slice(start, start + WIDTH).replace(/[\t\r]/g, " ");
  return `    ${shown}\n    ${" ".repeat(column - 1 - start)}^`;
}
