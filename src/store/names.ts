/** The names in an entry, and what explains its key, as a JSON list: made for each result, so written without a text of it. */
import { textOf } from "./about-record.ts";
import type { About, EntryFacts } from "./entry.ts";

/** Bytes that a character takes at most: one that is escaped. */
const WIDEST = 6;
/** Commas, quotes and brackets around a text. */
const AROUND = 8;
const [QUOTE, BACKSLASH, COMMA, OPEN, CLOSE, SPACE, LAST] = [0x22, 0x5c, 0x2c, 0x5b, 0x5d, 0x20, 0x7e] as const;

/** Most entries that are written one after the other are of one task, and of one run. */
let last = { identity: "", run: "", bytes: Buffer.from('["","",') };

function frontOf({ identity, run }: EntryFacts): Buffer {
  if (last.identity !== identity || last.run !== run) {
    last = { identity, run, bytes: Buffer.from(`[${JSON.stringify(identity)},${JSON.stringify(run)},`) };
  }
  return last.bytes;
}

/** How many bytes `writeNames` may need. */
export function mostForNames(facts: EntryFacts, about: About | null): number {
  const most = frontOf(facts).length + AROUND + WIDEST * facts.call.length;
  if (about === null) return most;
  let more = textOf(about.names).length + textOf(about.sources).length;
  if (about.awaited !== undefined) more += JSON.stringify(about.awaited).length;
  for (const mark of about.marks) more += AROUND + mark.length;
  return most + AROUND + WIDEST * more;
}

/** Writes `[identity, run, call, marks, names, sources, awaited]` behind `at`; gives where it ends. */
export function writeNames(facts: EntryFacts, about: About | null, target: Buffer, at: number): number {
  const front = frontOf(facts);
  target.set(front, at);
  let end = writeText(facts.call, target, at + front.length);
  if (about !== null) {
    target[end++] = COMMA;
    target[end++] = OPEN;
    const { marks } = about;
    for (let i = 0; i < marks.length; i++) {
      if (i > 0) target[end++] = COMMA;
      end = writeText(marks[i]!, target, end);
    }
    target[end++] = CLOSE;
    target[end++] = COMMA;
    end = writeRaw(textOf(about.names), target, end);
    target[end++] = COMMA;
    end = writeRaw(textOf(about.sources), target, end);
    if (about.awaited !== undefined) end = writeRaw(`,${JSON.stringify(about.awaited)}`, target, end);
  }
  target[end++] = CLOSE;
  return end;
}

/** As JSON. What is short and plain is written faster here than by what writes all. */
function writeText(text: string, target: Buffer, at: number): number {
  let end = at;
  target[end++] = QUOTE;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < SPACE || code > LAST || code === QUOTE || code === BACKSLASH) {
      return at + target.write(JSON.stringify(text), at);
    }
    target[end++] = code;
  }
  target[end++] = QUOTE;
  return end;
}

function writeRaw(json: string, target: Buffer, at: number): number {
  let end = at;
  for (let i = 0; i < json.length; i++) {
    const code = json.charCodeAt(i);
    if (code > LAST) return at + target.write(json, at);
    target[end++] = code;
  }
  return end;
}
