/** Digests of files' contents, remembered for as long as a file's stat shows that nobody has written to it. */
import { createHash } from "node:crypto";
import { type BigIntStats, closeSync, createReadStream, openSync, readFileSync, readSync, statSync } from "node:fs";
import { type Digest, digestBytes } from "../codec/digest.ts";
import type { Memo } from "./entry.ts";

export interface FileDigest {
  readonly digest: Digest;
  /** In bytes. */
  readonly size: number;
}

/** A digest with the stat that it holds for; `stamp` is null where a later write could leave the stat as it is. */
export interface StampedDigest extends FileDigest {
  readonly stamp: string | null;
}

/** Clocks of file systems tick as seldom as every two seconds: two writes within a tick look like one. */
const TICK_NS = 2_000_000_000n;
const CHUNK = 1 << 20;
/** How often to start again with a file that is written to while it is read. */
const ATTEMPTS = 8;

export class FileDigests {
  readonly #known = new Map<string, StampedDigest>();
  readonly #memo: Memo | null;

  constructor(memo: Memo | null) {
    this.#memo = memo;
  }

  /**
   * SHA-256 and size of a file as it is now; null where there is no file, or something else, such as a folder.
   *
   * @param path Absolute; links are followed.
   * @param stat What a caller has just found there, to save looking again.
   * @throws The error of the file system for a file that cannot be read.
   * @example
   * new FileDigests(null).of("/etc/hosts")?.size;
   */
  of(path: string, stat: BigIntStats | undefined = statOf(path)): FileDigest | null {
    if (stat === undefined || !stat.isFile()) return null;
    const stamp = stampOf(stat);
    const known = this.#known.get(path);
    if (known !== undefined && known.stamp === stamp) return known;
    const kept = this.#kept(path);
    if (kept !== null && kept.stamp === stamp) {
      this.#known.set(path, kept);
      return kept;
    }
    return this.#look(path, stat, size => digestFile(path, size))?.[0] ?? null;
  }

  /** As `of`, but lets others have their turn while a long file is read. */
  async soon(path: string): Promise<FileDigest | null> {
    for (let attempt = 1; ; attempt += 1) {
      const before = statOf(path);
      if (before?.isFile() !== true || before.size <= CHUNK || attempt > ATTEMPTS) return this.of(path, before);
      if (this.#known.get(path)?.stamp === stampOf(before)) return this.#known.get(path)!;
      const startedAt = nanoseconds();
      const digest = await digestSoon(path);
      const after = digest === null ? undefined : statOf(path);
      if (after === undefined || stampOf(after) !== stampOf(before)) continue;
      return this.#keep(path, { digest: digest!, size: Number(after.size), stamp: stampSince(after, startedAt) });
    }
  }

  /** The same with the content itself, read at once. */
  read(path: string): (FileDigest & { readonly bytes: Buffer }) | null {
    const looked = this.#look(path, statOf(path), () => {
      const bytes = readFileSync(path);
      return { digest: digestBytes(bytes), bytes };
    });
    return looked === null ? null : { ...looked[0], bytes: looked[1].bytes };
  }

  /** What is known of a file from when it was last looked at. */
  known(path: string): StampedDigest | undefined {
    return this.#known.get(path);
  }

  /** Takes over what somebody kept of `known`: it counts only while the file's stat agrees. */
  adopt(path: string, known: StampedDigest): void {
    if (!this.#known.has(path)) this.#known.set(path, known);
  }

  #look<T extends { readonly digest: Digest }>(
    path: string,
    stat: BigIntStats | undefined,
    act: (size: bigint) => T,
  ): [StampedDigest, T] | null {
    let before = stat;
    for (let attempt = 1; before?.isFile() === true; attempt += 1) {
      const startedAt = nanoseconds();
      const result = unlessGone(() => act(before!.size));
      const after = result === undefined ? undefined : statOf(path);
      if (result !== undefined && after !== undefined) {
        const settled = stampOf(after) === stampOf(before);
        if (settled || attempt === ATTEMPTS) {
          const trusted = settled ? stampSince(after, startedAt) : null;
          return [this.#keep(path, { digest: result.digest, size: Number(after.size), stamp: trusted }), result];
        }
      }
      before = after;
    }
    return null;
  }

  #keep(path: string, found: StampedDigest): StampedDigest {
    this.#known.set(path, found);
    if (found.stamp !== null && this.#kept(path)?.stamp !== found.stamp) {
      this.#memo?.put(`file:${path}`, [found.stamp, found.digest, found.size]);
    }
    return found;
  }

  #kept(path: string): StampedDigest | null {
    const kept = this.#memo?.get(`file:${path}`);
    if (!Array.isArray(kept)) return null;
    const [stamp, digest, size] = kept as unknown as readonly [string, Digest, number];
    return { stamp, digest, size };
  }
}

function statOf(path: string): BigIntStats | undefined {
  return unlessGone(() => statSync(path, { bigint: true, throwIfNoEntry: false }));
}

function stampOf(stat: BigIntStats): string {
  return `${stat.size} ${stat.mtimeNs} ${stat.ctimeNs} ${stat.ino}`;
}

/** What the file is known by from now on; null if a later write could leave it so. */
function stampSince(stat: BigIntStats, startedAt: bigint): string | null {
  return stat.mtimeNs < startedAt - TICK_NS && stat.ctimeNs < startedAt - TICK_NS ? stampOf(stat) : null;
}

function nanoseconds(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}

function unlessGone<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}

/** The digest of a file of about so many bytes. Throws the error of the file system, as where there is none. */
export function digestFile(path: string, size: number | bigint): { readonly digest: Digest } {
  if (size <= CHUNK) return { digest: digestBytes(readFileSync(path)) };
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(CHUNK);
  const file = openSync(path, "r");
  try {
    for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer))
      hash.update(buffer.subarray(0, read));
  } finally {
    closeSync(file);
  }
  return { digest: hash.digest("hex") as Digest };
}

/** Null if the file is gone. */
async function digestSoon(path: string): Promise<Digest | null> {
  const hash = createHash("sha256");
  try {
    for await (const bytes of createReadStream(path, { highWaterMark: CHUNK })) hash.update(bytes as Buffer);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  return hash.digest("hex") as Digest;
}
