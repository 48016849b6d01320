/** A hash of what would be the key, and a bare read of LMDB: no promise a call, nothing that is checked. */
import { hash } from "node:crypto";
import { open } from "lmdb";

export const from = "node";

export async function within(path, measure) {
  const table = open({ path, noSubdir: false, encoding: "binary", keyEncoding: "binary", noSync: true });
  const value = Buffer.alloc(8);
  let written;
  const call = x => {
    const key = hash("sha256", `4:kept2:I${x}40:0123456789abcdef0123456789abcdef01234567`, "buffer");
    const found = table.getBinaryFast(key);
    if (found !== undefined) return found.readDoubleLE(0);
    value.writeDoubleLE(x);
    written = table.put(key, Buffer.from(value));
    return x;
  };
  const map = inputs => inputs.map(call);
  const measured = await measure({ call, map });
  await written;
  await table.close();
  return measured;
}
