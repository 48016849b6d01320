/** What explains a key, as a record: plain data as JSON, then the inputs if they were kept. */
import type { About, CallKey } from "./entry.ts";
import { keySeed } from "./key.ts";
import { HEAD, seal, unsealed } from "./sealed.ts";
import { flatten, readFlat, writeFlat } from "./values.ts";

const HAS_INPUTS = 1;

export function encodeAbout(key: CallKey, { marks, names, sources, awaited, inputs }: About): Buffer {
  const more = awaited === undefined ? "" : `,${JSON.stringify(awaited)}`;
  const text = `[${JSON.stringify(marks)},${textOf(names)},${textOf(sources)}${more}]`;
  const textSize = Buffer.byteLength(text);
  const flat = flatten(inputs);
  const record = Buffer.allocUnsafe(HEAD + 4 + textSize + flat.size);
  record.writeUInt32LE(textSize, HEAD);
  record.write(text, HEAD + 4);
  writeFlat(flat, record, HEAD + 4 + textSize);
  return seal(record, flat.kind, inputs === undefined ? 0 : HAS_INPUTS, keySeed(key));
}

const NULLS = ["[]", "[null]", "[null,null]", "[null,null,null]"];

/** Most calls of a task have the same names, and no sources. */
let last: { readonly list: readonly (string | null)[]; readonly text: string } = { list: [], text: "[]" };

function textOf(list: readonly (string | null)[]): string {
  if (last.list === list) return last.text;
  const text = list.every(each => each === null) ? NULLS[list.length] : undefined;
  if (text !== undefined) return text;
  last = { list, text: JSON.stringify(list) };
  return last.text;
}

/** Undefined for a record that is damaged: then there is nothing to explain with. */
export function decodeAbout(key: CallKey, record: Buffer): About | undefined {
  if (unsealed(record, record.length, keySeed(key)) !== null) return undefined;
  const from = HEAD + 4;
  const to = from + record.readUInt32LE(HEAD);
  const [marks, names, sources, awaited] = JSON.parse(record.toString("utf8", from, to)) as [
    About["marks"],
    About["names"],
    About["sources"],
    About["awaited"],
  ];
  const known = { marks, names, sources, ...(awaited !== undefined && { awaited }) };
  if (record[2] !== HAS_INPUTS) return known;
  return { ...known, inputs: readFlat(record[1]!, record, to, record.length).value };
}
