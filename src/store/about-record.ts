/** What explains a key: plain data as JSON, and the inputs if they were kept. It lies in its entry, or beside it if it is long. */
import { Packed, type PackedValue } from "../codec/packed.ts";
import type { About, CallKey } from "./entry.ts";
import { keySeed } from "./key.ts";
import { HEAD, seal, unsealed } from "./sealed.ts";
import { flatten, readFlat, writeFlat } from "./values.ts";

const HAS_INPUTS = 1;
/** As many characters and bytes lie in an entry, about: who looks it up reads over them. */
const SHORT = 800;
/** What a future among the inputs takes, about. */
const AWAITED = 50;

export type Told = [
  marks?: About["marks"],
  names?: About["names"],
  sources?: About["sources"],
  awaited?: About["awaited"],
];

/** The items of a JSON list. */
function aboutText({ marks, names, sources, awaited }: About): string {
  const more = awaited === undefined ? "" : `,${JSON.stringify(awaited)}`;
  return `${JSON.stringify(marks)},${textOf(names)},${textOf(sources)}${more}`;
}

const NULLS = ["[]", "[null]", "[null,null]", "[null,null,null]"];

/** Most calls of a task have the same names, and no sources. */
let last: { readonly list: readonly (string | null)[]; readonly text: string } = { list: [], text: "[]" };

export function textOf(list: readonly (string | null)[]): string {
  if (last.list === list) return last.text;
  const text = list.every(each => each === null) ? NULLS[list.length] : undefined;
  if (text !== undefined) return text;
  last = { list, text: JSON.stringify(list) };
  return last.text;
}

export function aboutOf([marks, names, sources, awaited]: Told, inputs?: { value: PackedValue }): About | undefined {
  if (marks === undefined || names === undefined || sources === undefined) return undefined;
  return {
    marks,
    names,
    sources,
    ...(awaited !== undefined && { awaited }),
    ...(inputs !== undefined && { inputs: inputs.value }),
  };
}

export function isShort({ marks, awaited, inputs }: About): boolean {
  let size = awaited === undefined ? 0 : AWAITED * awaited.length;
  for (const mark of marks) size += mark.length;
  if (inputs instanceof Packed) size += inputs.data.length;
  else if (typeof inputs === "string") size += inputs.length;
  return size <= SHORT;
}

/** A record of its own. */
export function encodeAbout(key: CallKey, about: About): Buffer {
  const text = `[${aboutText(about)}]`;
  const textSize = Buffer.byteLength(text);
  const flat = flatten(about.inputs);
  const record = Buffer.allocUnsafe(HEAD + 4 + textSize + flat.size);
  record.writeUInt32LE(textSize, HEAD);
  record.write(text, HEAD + 4);
  writeFlat(flat, record, HEAD + 4 + textSize);
  return seal(record, flat.kind, about.inputs === undefined ? 0 : HAS_INPUTS, keySeed(key));
}

/** Undefined for a record that is damaged: then there is nothing to explain with. */
export function decodeAbout(key: CallKey, record: Buffer): About | undefined {
  if (unsealed(record, record.length, keySeed(key)) !== null) return undefined;
  const from = HEAD + 4;
  const to = from + record.readUInt32LE(HEAD);
  const told = JSON.parse(record.toString("utf8", from, to)) as Told;
  return aboutOf(told, record[2] === HAS_INPUTS ? readFlat(record[1]!, record, to, record.length) : undefined);
}
