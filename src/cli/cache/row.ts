/** Entries as lists show them: without their values, so that a million of them fit into memory. */
import { Packed } from "../../codec/packed.ts";
import type { CallKey, Entry } from "../../store/entry.ts";

export interface Row {
  readonly key: CallKey;
  /** As displays name the call, such as `score-12`. */
  readonly call: string;
  /** The task's bare name. */
  readonly task: string;
  readonly identity: string;
  readonly createdAt: number;
  readonly ms: number;
  /** On disk: the result, and the files in the call's directory. */
  readonly bytes: number;
}

export function rowOf(entry: Entry): Row {
  const { key, call, identity, createdAt, ms } = entry;
  return { key, call, task: taskName(identity), identity, createdAt, ms, bytes: bytesOf(entry) };
}

/** What stands behind the first `#`: names may have one too. */
export function taskName(identity: string): string {
  return identity.slice(identity.indexOf("#") + 1);
}

export function bytesOf({ value, directory }: Entry): number {
  const files = directory?.files.reduce((sum, file) => sum + file.size, 0) ?? 0;
  return files + ("blob" in value ? value.blob.stored : packedBytes(value.inline));
}

function packedBytes(value: unknown): number {
  if (!(value instanceof Packed)) return typeof value === "string" ? Buffer.byteLength(value) : String(value).length;
  return typeof value.data === "string" ? Buffer.byteLength(value.data) : value.data.byteLength;
}

/** Digits of a key's three parts that lists show: the first tells tasks apart, the last versions of the code. */
const DIGITS = [4, 8, 4];

/** `3fa2.9c1b04aa.77e1`: the first digits of each part. */
export function shortKey(key: CallKey): string {
  return key
    .split(".")
    .map((part, at) => part.slice(0, DIGITS[at]))
    .join(".");
}

/** Short keys, in full where short ones would be the same. */
export function distinctKeys(keys: readonly CallKey[]): string[] {
  const times = new Map<string, number>();
  const short = keys.map(shortKey);
  for (const one of short) times.set(one, (times.get(one) ?? 0) + 1);
  return short.map((one, at) => (times.get(one) === 1 ? one : keys[at]!));
}

/** Tests keys by the first digits of the key, or of each of its parts; undefined for what no key looks like. */
export function keyTest(word: string): ((key: CallKey) => boolean) | undefined {
  if (!/^[0-9a-f]{4,16}(\.[0-9a-f]{0,40}){0,2}$/.test(word)) return undefined;
  const wanted = word.split(".");
  return key => key.startsWith(word) || key.split(".").every((part, at) => part.startsWith(wanted[at] ?? ""));
}
