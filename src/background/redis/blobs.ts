/**
 * Where large values lie beside Redis: each under a name of its own, so that who has no more need of it removes it. The
 * name says which place it was put into, so that it is not taken for removed by who has another one.
 */
import { createHash, randomBytes, webcrypto } from "node:crypto";
import { isAbsolute, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { formatSize } from "../../config/size.ts";
import { BlobError, StoreError } from "../../errors.ts";
import { placeAt } from "../../store/remote/address.ts";
import { FolderPlace } from "../../store/remote/folder.ts";
import { digestIn, type ValueKey, valueName } from "../../store/remote/names.ts";
import type { About, Place } from "../../store/remote/place.ts";
import { Trouble, type TroubleKind } from "../../store/remote/trouble.ts";
import { MOST_IN_REDIS, type Ref } from "./blob-ref.ts";
import type { RedisPlace } from "./place.ts";

/** For so long, in milliseconds, a place is waited for that was there before. */
const PATIENCE = 30_000;
const TRY_AGAIN = 1_000;
/** How many digits stand for a place. */
const MARK = 8;
/** The token of a cache's server, as that itself reads it. */
const TOKEN = "HEDDLE_CACHE_TOKEN";
const WHERE = "redis({ blobs })";
const HINT =
  'Give the absolute path of a folder that all machines share, or the address of a shared cache: "http://…", "https://…" or "s3://bucket/prefix".';

export type BlobsAt = Pick<RedisPlace, "blobs" | "blobsAbove">;

const opened = new Map<string, Blobs>();

export class Blobs {
  readonly #place: Place | null;
  /** Values of more bytes do not go into Redis. */
  readonly above: number;
  /** Stands in the names of what is put here. */
  readonly mark: string | null;
  #about: Promise<About> | null = null;
  #wasThere = false;

  /** @throws OptionError */
  static at({ blobs, blobsAbove }: BlobsAt): Blobs {
    const name = `${blobsAbove} ${blobs}`;
    const known = opened.get(name) ?? new Blobs(blobs === null ? null : placeOf(blobs), blobsAbove);
    opened.set(name, known);
    return known;
  }

  private constructor(place: Place | null, above: number) {
    this.#place = place;
    this.above = place === null ? MOST_IN_REDIS : above;
    this.mark = place === null ? null : createHash("sha256").update(place.name).digest("hex").slice(0, MARK);
  }

  /** Null where none was named. */
  get name(): string | null {
    return this.#place?.name ?? null;
  }

  /**
   * @param register sees to it that it will be removed, and comes before anything is written.
   * @throws BlobError
   */
  async put(what: string, bytes: Uint8Array, register: (key: ValueKey) => Promise<void>): Promise<Ref> {
    const size = bytes.byteLength;
    if (this.#place === null) throw overLimit(what, size);
    const { name: at } = this.#place;
    const own = bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : Uint8Array.from(bytes);
    const key = keyOf(await digestOf(own), this.mark!);
    const fails = (problem: string, hint: string) => failure(what, size, `cannot be put into ${at}: ${problem}`, hint);
    await this.#patiently(fails, async place => {
      this.#about ??= place.about();
      const { maxBlob, write } = await this.#about.catch(error => {
        this.#about = null;
        throw error;
      });
      if (!write) throw new Trouble("readOnly", "it does not let you");
      if (size > maxBlob) throw new Trouble("tooLarge", `it takes up to ${formatSize(maxBlob)}`);
    });
    await register(key);
    await this.#patiently(fails, place => place.put(valueName(key), own, false));
    return { key, size, at };
  }

  /** @throws BlobError if it is not there, or is not what was put there. */
  async get(what: string, { key, size, at }: Ref): Promise<Uint8Array> {
    if (this.#place === null) {
      throw failure(
        what,
        size,
        `cannot be read: it was put into ${at}, and here no place for large values is named`,
        SAME,
      );
    }
    const { name } = this.#place;
    const fails = (problem: string, hint: string) =>
      failure(what, size, `cannot be read from ${name}: ${problem}`, hint);
    const bytes = await this.#patiently(fails, place => place.get(valueName(key), size));
    if (bytes === undefined) {
      const elsewhere = at === name ? "" : ` (it was put into ${at})`;
      throw fails(`values/${key.slice(0, 2)}/${key} is not there${elsewhere}`, MISSING);
    }
    if (bytes.byteLength === size && (await digestOf(bytes)) === digestIn(key)) return bytes;
    throw fails("it has other contents than were written", DAMAGED);
  }

  /**
   * Gives whether it is gone: not what was put into another place, unless that is this one by another name.
   *
   * @throws StoreError
   */
  async remove(key: ValueKey): Promise<boolean> {
    const place = this.#place;
    if (place === null) return false;
    const name = valueName(key);
    try {
      if (markIn(key) !== this.mark && !(await place.has(name))) return false;
      await place.remove(name);
      return true;
    } catch (error) {
      throw this.#unusable(error);
    }
  }

  /**
   * Writes something there, and removes it.
   *
   * @throws StoreError
   */
  async check(): Promise<void> {
    if (this.#place === null) return;
    const bytes = Uint8Array.from(randomBytes(16));
    const name = valueName(keyOf(await digestOf(bytes), this.mark!));
    try {
      const { write } = await this.#place.about();
      if (!write) throw new Trouble("readOnly", "it does not let you write");
      await this.#place.put(name, bytes, false);
      if ((await this.#place.get(name, 16)) === undefined) throw new Error("what was put there is not there");
      await this.#place.remove(name);
      this.#wasThere = true;
    } catch (error) {
      throw this.#unusable(error);
    }
  }

  #unusable(error: unknown): Error {
    const about = { kept: "large values", folder: this.#place!.name };
    return new StoreError({ ...about, problem: problemOf(error), hint: hintFor(error) }, { cause: error });
  }

  async #patiently<R>(fails: (problem: string, hint: string) => Error, ask: (place: Place) => Promise<R>): Promise<R> {
    const until = performance.now() + (this.#wasThere ? PATIENCE : 0);
    for (;;) {
      try {
        const answer = await ask(this.#place!);
        this.#wasThere = true;
        return answer;
      } catch (error) {
        const isAway = error instanceof Trouble && error.kind === "unreachable";
        if (!isAway || performance.now() >= until) throw fails(problemOf(error), hintFor(error));
        await sleep(TRY_AGAIN);
      }
    }
  }
}

function placeOf(address: string): Place {
  if (isAbsolute(address)) return new FolderPlace(resolve(address));
  return placeAt({ url: address, token: process.env[TOKEN] }, WHERE, HINT);
}

function keyOf(digest: string, mark: string): ValueKey {
  return `${randomBytes(12).toString("hex")}${mark}.${digest}` as ValueKey;
}

/** Which place a value was put into. */
export function markIn(key: ValueKey): string {
  return key.slice(24, 24 + MARK);
}

/** On other threads than this one. */
async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return Buffer.from(await webcrypto.subtle.digest("SHA-256", bytes)).toString("hex");
}

const SAME = "Give this process the HEDDLE_QUEUE of the others, which says blobs=…, or redis({ url, blobs }).";
const MISSING =
  "Somebody has removed it, or this machine sees another place of that name. See that all have the same `blobs`, and let what made it run again: delay the job anew, or begin the run again.";
const DAMAGED = "What is damaged is not used. See who else may write there, and let what made it run again.";

const HINTS: Partial<Record<TroubleKind, string>> = {
  unreachable: "See that it is there, and has room; a job that failed by it begins anew with `heddle jobs retry`.",
  denied: `Give it the right: a token as ${TOKEN}, or credentials as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.`,
  readOnly: "Give the right to write there, and to remove.",
  tooLarge: "Hand over less, or raise the limit of the place: heddle cache serve --max-blob.",
};

function hintFor(error: unknown): string {
  const hint = error instanceof Trouble ? HINTS[error.kind] : undefined;
  return hint ?? "See to what the message says, or name another place as `blobs`.";
}

function problemOf(error: unknown): string {
  return error instanceof Trouble ? error.problem : (error as Error).message;
}

export function overLimit(what: string, size: number): Error {
  const problem = `cannot lie in Redis, where ${formatSize(MOST_IN_REDIS)} is the most`;
  return failure(what, size, problem, `Say where large values are to lie: redis({ url, blobs }). ${HINT}`);
}

function failure(what: string, size: number, problem: string, hint: string): Error {
  return new BlobError({ what, size: formatSize(size), problem, hint });
}
