import { formatSize } from "../../config/size.ts";

/** In bytes. */
const MOST = 1024 ** 3;

/**
 * Larger files have to lie where all machines see them.
 *
 * @throws Error that says so.
 */
export function checkSize(size: number): void {
  if (size > MOST) throw new Error(`it has ${formatSize(size)}, and more than ${formatSize(MOST)} is not sent`);
}
