/**
 * Acts as one argument, in MessagePack, which Redis's Lua reads: a client handles each argument of a command by itself,
 * and a lot of acts has a thousand.
 */
export type Argument = string | number | Buffer;

const [FIXED_ARRAY, ARRAY_16, FIXED_TEXT, TEXT_16, TEXT_32] = [0x90, 0xdc, 0xa0, 0xda, 0xdb];
const HEAD = 5;

/** An array of arrays of texts; numbers become texts, as arguments are. */
export function packed(acts: readonly (readonly Argument[])[]): Buffer {
  const texts = acts.map(args => args.map(each => (typeof each === "number" ? String(each) : each)));
  let most = HEAD;
  for (const args of texts) {
    most += HEAD;
    // A UTF-16 unit is three bytes at most.
    for (const each of args) most += HEAD + (typeof each === "string" ? 3 * each.length : each.length);
  }
  const bytes = Buffer.allocUnsafe(most);
  let at = beginArray(bytes, 0, texts.length);
  for (const args of texts) {
    at = beginArray(bytes, at, args.length);
    for (const each of args) at = writeText(bytes, at, each);
  }
  return bytes.subarray(0, at);
}

function beginArray(bytes: Buffer, at: number, length: number): number {
  if (length < 16) return bytes.writeUInt8(FIXED_ARRAY | length, at);
  return bytes.writeUInt16BE(length, bytes.writeUInt8(ARRAY_16, at));
}

function writeText(bytes: Buffer, at: number, text: string | Buffer): number {
  const length = typeof text === "string" ? Buffer.byteLength(text) : text.length;
  const behind = beginText(bytes, at, length);
  return behind + (typeof text === "string" ? bytes.write(text, behind) : text.copy(bytes, behind));
}

function beginText(bytes: Buffer, at: number, length: number): number {
  if (length < 32) return bytes.writeUInt8(FIXED_TEXT | length, at);
  if (length < 2 ** 16) return bytes.writeUInt16BE(length, bytes.writeUInt8(TEXT_16, at));
  return bytes.writeUInt32BE(length, bytes.writeUInt8(TEXT_32, at));
}
