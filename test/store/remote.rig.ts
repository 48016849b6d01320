/** Shared caches in tests: real servers and clients, entries to put into them, and what the clients told. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { Packed, type PackedValue } from "../../src/codec/packed.ts";
import type { EntryFacts } from "../../src/store/entry.ts";
import { type ServeOptions, serveStore } from "../../src/store/remote/server.ts";
import { openShared, type SharedOptions, type SharedStore } from "../../src/store/remote/shared.ts";
import { factsOf } from "./remote.entries.ts";

export { factsOf, keyOf, sha256 } from "./remote.entries.ts";

export interface Client {
  readonly store: SharedStore;
  readonly told: string[];
}

export async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "heddle-shared-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

export async function server(options: Partial<ServeOptions> = {}): Promise<{ url: string; folder: string }> {
  const at = options.folder ?? (await folder());
  const served = await serveStore({ ...options, folder: at });
  onTestFinished(() => served.close());
  return { url: served.url, folder: at };
}

/** Pushes, unless told not to. */
export function client(url: string, options: Partial<SharedOptions> = {}): Client {
  const told: string[] = [];
  const store = openShared({ push: true, onTrouble: message => told.push(message), ...options, url });
  onTestFinished(() => store.close());
  return { store, told };
}

/** So large that it becomes a blob. */
export function large(length = 100_000): Packed {
  return new Packed("json", JSON.stringify("ä".repeat(length)));
}

export async function put({ store }: Client, seed: string, value: PackedValue): Promise<EntryFacts> {
  const facts = factsOf(seed);
  store.push(facts, value);
  await store.flush();
  return facts;
}
