/**
 * Compression of large results. Brotli at its quickest was both faster and smaller than deflate at any level for what
 * compresses, and gives up on the rest at more than a gigabyte a second.
 */
import { promisify } from "node:util";
import { brotliCompress, brotliCompressSync, brotliDecompress, brotliDecompressSync, constants } from "node:zlib";

/** Below, a file takes as many blocks of the disk either way. */
const LEAST = 32 * 1024;
const SAMPLE = 8 * 1024;
/** A sample that stays larger than this part of itself is not worth the time of every reader. */
const WORTH = 0.8;
/** Longer ones are worked on by another thread. */
export const LONG = 256 * 1024;

const compressed = promisify(brotliCompress);
const decompressed = promisify(brotliDecompress);

function options(size: number) {
  return { params: { [constants.BROTLI_PARAM_QUALITY]: 1, [constants.BROTLI_PARAM_SIZE_HINT]: size } };
}

/** The compressed bytes if that pays, or was asked for and makes them fewer; else null. */
export async function compress(bytes: Uint8Array, wanted: boolean | undefined): Promise<Uint8Array | null> {
  if (wanted === false || (wanted === undefined && !pays(bytes))) return null;
  const result =
    bytes.byteLength < LONG
      ? brotliCompressSync(bytes, options(bytes.byteLength))
      : await compressed(bytes, options(bytes.byteLength));
  return result.byteLength < bytes.byteLength ? result : null;
}

/** Whether samples from the beginning, the middle and the end shrink. */
function pays(bytes: Uint8Array): boolean {
  if (bytes.byteLength < LEAST) return false;
  const last = bytes.byteLength - SAMPLE;
  const sample = Buffer.concat([0, last >> 1, last].map(from => bytes.subarray(from, from + SAMPLE)));
  return brotliCompressSync(sample, options(sample.byteLength)).byteLength < WORTH * sample.byteLength;
}

/** @throws What zlib throws for bytes that are damaged. */
export async function decompress(bytes: Uint8Array, size: number): Promise<Uint8Array> {
  // One byte more, so that what became longer is not cut to the right length.
  const limit = { maxOutputLength: size + 1 };
  return size < LONG ? brotliDecompressSync(bytes, limit) : await decompressed(bytes, limit);
}
