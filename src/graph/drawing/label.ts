/** Names and sentences as drawings show them. */

const LONGEST_NAME = 80;
const LONGEST_SENTENCE = 300;

/** On one line, and not longer than a drawing can bear. */
export function shownName(name: string): string {
  return cut(oneLine(name), LONGEST_NAME) || "(no name)";
}

export function shownSentence(sentence: string): string {
  return cut(oneLine(sentence), LONGEST_SENTENCE);
}

/** Without control characters, directions of writing, and halves of surrogate pairs. */
function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " ")
    .replace(/\p{Cs}/gu, "\ufffd")
    .trim();
}

function cut(line: string, longest: number): string {
  if (line.length <= longest) return line;
  const characters = Array.from(line);
  return characters.length <= longest ? line : `${characters.slice(0, longest - 1).join("")}…`;
}

/** `12,345`. By hand, as `Intl` takes as long to load as all of heddle. */
export function shownCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ",");
}
