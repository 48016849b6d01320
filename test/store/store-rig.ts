/** Stores in folders of their own, and processes that share them. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";
import { unpack } from "../../src/codec/pack.ts";
import type { Entry } from "../../src/store/entry.ts";
import { Store, type StoreOptions } from "../../src/store/store.ts";
import { built } from "./built.ts";
import type { Order } from "./store-orders.ts";

export async function valueIn(store: Store, entry: Entry | undefined): Promise<unknown> {
  if (entry === undefined) throw new Error("there is no entry");
  return unpack(await store.read(entry));
}

const folders: string[] = [];
const stores: Store[] = [];

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "heddle-store-"));
  folders.push(folder);
  return folder;
}

export function openStore(folder: string = newFolder(), options: StoreOptions = {}): Store {
  const store = Store.open(folder, options);
  stores.push(store);
  return store;
}

const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  for (const store of stores.splice(0)) await store.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A process with the store open, that has said so. */
export async function startProcess(folder: string): Promise<ChildProcess> {
  const child = fork(await built("store/process.ts"), [folder], {
    execArgv: [],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  children.push(child);
  await once(child, "message");
  return child;
}

/** Lets a process do something; resolves with its answer. */
export async function ask(child: ChildProcess, order: Order): Promise<unknown> {
  child.send(order);
  const [answer] = (await once(child, "message")) as [unknown];
  return answer;
}
