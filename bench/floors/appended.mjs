/** A hash of what would be the key, a record at the end of a file, and a table in memory. */
import { hash } from "node:crypto";
import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";

export const from = "node";

const RECORD = 40;
const BUFFERED = 1_000 * RECORD;

export async function within(folder, measure) {
  mkdirSync(folder, { recursive: true });
  const file = openSync(join(folder, "log"), "a");
  const table = new Map();
  const buffer = Buffer.alloc(BUFFERED);
  let at = 0;
  const flush = () => {
    writeSync(file, buffer, 0, at);
    at = 0;
  };
  const call = x => {
    const key = hash("sha256", `4:kept2:I${x}40:0123456789abcdef0123456789abcdef01234567`, "latin1");
    const known = table.get(key);
    if (known !== undefined) return known;
    if (at === BUFFERED) flush();
    at += buffer.write(key, at, "latin1");
    at = buffer.writeDoubleLE(x, at);
    table.set(key, x);
    return x;
  };
  const measured = await measure({ call, map: inputs => inputs.map(call) });
  flush();
  closeSync(file);
  return measured;
}
