/** What the index keeps beside entries: what explains keys, what the code of tasks consists of, and memos. */
import { digestBytes } from "../codec/digest.ts";
import { decodeAbout, encodeAbout } from "./about-record.ts";
import type { Batch } from "./batch.ts";
import type { About, CallKey, CodePart, Memo } from "./entry.ts";
import { asBuffer, type Index } from "./environment.ts";
import { aboutIn } from "./record.ts";
import { sealJson, textSeed, unsealJson } from "./sealed.ts";

/** Longer names are replaced by their digests: LMDB's keys are limited. */
const LONGEST = 400;
const MOST_REMEMBERED = 10_000;

export class Notes {
  readonly #index: Index;
  readonly #batch: Batch;
  readonly #codes = new Set<string>();
  readonly #memos = new Map<string, IndexMemo>();

  constructor(index: Index, batch: Batch) {
    this.#index = index;
    this.#batch = batch;
  }

  /** Of an entry that has it in itself, or beside it. */
  about(key: CallKey): About | undefined {
    const entry = this.#index.entries.getBinary(key);
    const within = entry === undefined ? undefined : aboutIn(key, asBuffer(entry));
    if (within !== undefined) return within;
    const record = this.#index.abouts.getBinary(key);
    return record === undefined ? undefined : decodeAbout(key, asBuffer(record));
  }

  putAbout(key: CallKey, about: About): void {
    this.#batch.put(this.#index.abouts, key, encodeAbout(key, about));
  }

  codes(digest: string): readonly CodePart[] | undefined {
    const record = this.#index.codes.getBinary(keyOf(digest));
    if (record === undefined) return undefined;
    return unsealJson(asBuffer(record), textSeed(digest)) as readonly CodePart[] | undefined;
  }

  putCodes(digest: string, parts: readonly CodePart[]): void {
    if (this.#codes.has(digest)) return;
    this.#codes.add(digest);
    if (this.#index.codes.doesExist(keyOf(digest))) return;
    this.#batch.put(this.#index.codes, keyOf(digest), sealJson(parts, textSeed(digest)));
  }

  memo(name: string): Memo {
    let memo = this.#memos.get(name);
    if (memo === undefined) {
      memo = new IndexMemo(this.#index, this.#batch, name);
      this.#memos.set(name, memo);
    }
    return memo;
  }
}

class IndexMemo implements Memo {
  readonly #index: Index;
  readonly #batch: Batch;
  readonly #prefix: string;
  /** What may not be committed yet: a commit is seen after some milliseconds, a put at once. */
  #fresh = new Map<string, Buffer>();
  #older = new Map<string, Buffer>();

  constructor(index: Index, batch: Batch, name: string) {
    this.#index = index;
    this.#batch = batch;
    this.#prefix = `${name}\0`;
  }

  get(key: string): unknown {
    const name = this.#prefix + key;
    const record = this.#fresh.get(name) ?? this.#older.get(name) ?? this.#index.memos.getBinary(keyOf(name));
    return record === undefined ? undefined : unsealJson(asBuffer(record), textSeed(name));
  }

  put(key: string, value: unknown): void {
    const name = this.#prefix + key;
    const record = sealJson(value, textSeed(name));
    if (this.#fresh.size >= MOST_REMEMBERED) this.#turn();
    this.#fresh.set(name, record);
    this.#batch.put(this.#index.memos, keyOf(name), record);
  }

  /** Forgets what is committed by now, and sees to it that the rest will be by the next time. */
  #turn(): void {
    const older = this.#fresh;
    this.#fresh = new Map();
    const kept = this.#older;
    this.#older = kept.size === 0 ? older : new Map([...kept, ...older]);
    const turned = this.#older;
    void this.#batch.settled().then(() => {
      if (this.#older === turned) this.#older = new Map();
    });
  }
}

function keyOf(name: string): Buffer {
  return Buffer.from(name.length > LONGEST ? `${name.slice(0, 64)}\0${digestBytes(name)}` : name);
}
