/** Stores filled as runs would fill them. */
import { digestBytes } from "../../src/codec/digest.ts";
import { pack } from "../../src/codec/pack.ts";
import type { PackedValue } from "../../src/codec/packed.ts";
import type { About, CodePart, EntryFacts } from "../../src/store/entry.ts";
import { Store } from "../../src/store/store.ts";

export interface Cached {
  readonly call: string;
  /** Default: the call's name up to its number. */
  readonly task?: string;
  readonly module?: string;
  readonly inputs?: string;
  readonly code?: string;
  readonly value?: unknown;
  /** Milliseconds ago. */
  readonly age?: number;
  readonly about?: About;
  readonly facts?: Partial<EntryFacts>;
}

export const SECOND = 1000;
export const HOUR = 3600 * SECOND;
export const DAY = 24 * HOUR;

export function identityOf({ call, task = call.replace(/-\d+$/, ""), module = "fixture/src/a.ts" }: Cached): string {
  return `${module}#${task}`;
}

export function keyOf(cached: Cached): string {
  const { call, inputs = call, code = "first" } = cached;
  const part = (text: string, digits: number) => digestBytes(text).slice(0, digits);
  return `${part(identityOf(cached), 16)}.${part(inputs, 40)}.${part(code, 40)}`;
}

/** Adds entries to the store in `folder`, and gives their keys. */
export async function fill(
  folder: string,
  calls: readonly Cached[],
  codes: Readonly<Record<string, readonly CodePart[]>> = {},
): Promise<string[]> {
  const store = Store.open(folder);
  const keys: string[] = [];
  const writes: Promise<unknown>[] = [];
  for (const cached of calls) {
    const { call, value = `the result of ${call}`, age = HOUR, about, facts } = cached;
    const key = keyOf(cached);
    const packed: PackedValue = pack(value, { task: call, role: "result" });
    const result = digestBytes(JSON.stringify(value) ?? "undefined");
    const createdAt = Date.now() - age;
    const common = { key, identity: identityOf(cached), result, createdAt, ms: 1234, run: "20261122-fa5438", call };
    writes.push(store.write({ ...common, ...facts }, packed));
    if (about !== undefined) store.putAbout(key, about);
    keys.push(key);
  }
  for (const [code, parts] of Object.entries(codes)) store.putCodes(digestBytes(code).slice(0, 40), parts);
  await Promise.all(writes);
  await store.close();
  return keys;
}
