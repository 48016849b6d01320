/** An index whose file is not as LMDB wrote it: it is mended, or told of. */
import { appendFileSync, closeSync, fstatSync, openSync, readSync } from "node:fs";
import { endianness } from "node:os";
import { pause } from "./pause.ts";

const MAGIC = 0xbeefc0de;
const PAGE_HEAD = 24;
const HEADER = 160;
const LEAST_PAGE = 512;
const MOST_PAGE = 65_536;
const CHUNK = 1 << 20;
const MOST_LOST = 64 << 20;
/** In milliseconds. */
const PAUSE = 5;
const PATIENCE = 1000;

/**
 * To be done before an index is opened, while nobody else opens it. LMDB kills the process where its file begins with something else, or ends early. The one is an error here; the other
 * is filled up with zeros, which it does take for damage. The end can also be missing because nothing was ever there.
 */
export function mend(path: string, damaged: (how: string) => Error): void {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  try {
    if (fstatSync(file).size === 0) return;
    const heads = pageHeads(file);
    if (heads === null) throw damaged("it does not begin as one does");
    const [first, second] = heads;
    const { size } = fstatSync(file);
    const needed = (Math.max(first.last, second.last) + 1) * first.page;
    if (needed - size > size + MOST_LOST) throw damaged(`${needed - size} bytes are missing`);
    for (let at = size; at < needed; at += CHUNK) appendFileSync(path, Buffer.alloc(Math.min(CHUNK, needed - at)));
  } finally {
    closeSync(file);
  }
}

interface PageHead {
  readonly page: number;
  readonly last: number;
}

/** Those of the two pages at the beginning. Where they are not there yet, another process may just be making them. */
function pageHeads(file: number): readonly [PageHead, PageHead] | null {
  for (let waited = 0; ; waited += PAUSE) {
    const first = pageHead(file, 0);
    const second = first === null ? null : pageHead(file, first.page);
    if (first !== null && second !== null) return [first, second];
    if (waited >= PATIENCE || fstatSync(file).size >= 2 * (first?.page ?? LEAST_PAGE)) return null;
    pause(PAUSE);
  }
}

function pageHead(file: number, at: number): PageHead | null {
  const head = Buffer.alloc(HEADER);
  if (readSync(file, head, 0, HEADER, at) < HEADER) return null;
  // Numbers are as this machine writes them.
  if (endianness() === "BE") head.swap32();
  const page = head.readUInt32LE(PAGE_HEAD + 24);
  if (head.readUInt32LE(PAGE_HEAD) !== MAGIC || page < LEAST_PAGE || page > MOST_PAGE || (page & (page - 1)) !== 0) {
    return null;
  }
  return { page, last: head.readUInt32LE(PAGE_HEAD + 120) };
}
