import type { Stats } from "node:fs";
import { open } from "node:fs/promises";
import { formatSize } from "../../config/size.ts";

/** In bytes: of a file, and of what of it is read at once. */
const MOST = 1024 ** 3;
const MOST_AT_ONCE = 16 * 1024 ** 2;

/**
 * Larger files have to lie where all machines see them.
 *
 * @throws Error that says so.
 */
export function checkSize(size: number): void {
  if (!Number.isSafeInteger(size) || size < 0) throw new Error("its size is no number of bytes");
  if (size > MOST) throw new Error(`it has ${formatSize(size)}, and more than ${formatSize(MOST)} is not sent`);
}

/**
 * So many bytes of a file from there on, fewer at its end. `check` may refuse what is open by then.
 *
 * @throws Error for more than is sent at once.
 */
export async function pieceOf(
  path: string,
  at: number,
  length: number,
  check: (stat: Stats) => void = () => {},
): Promise<Uint8Array> {
  const isPiece = Number.isSafeInteger(at) && at >= 0 && Number.isSafeInteger(length) && length >= 0;
  if (!isPiece || length > MOST_AT_ONCE) throw new Error("no such piece is sent");
  const file = await open(path);
  try {
    check(await file.stat());
    const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, at);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
