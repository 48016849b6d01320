/** Processes that share a store, each steered over the channel to its parent. */
import { type ChildProcess, fork } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Registry } from "../../src/store/owners/registry.ts";
import { built } from "./built.ts";

const script = await built("store/owners/process.ts");

/** A registry for members within one process. */
export function registryOf(rows = new Map<string, string>()): Registry {
  return {
    transact: change =>
      change({
        get: key => rows.get(key),
        put: (key, value) => void rows.set(key, value),
        remove: key => void rows.delete(key),
        keys: () => [...rows.keys()],
      }),
  };
}

export interface Claimed {
  readonly atOnce: boolean;
  readonly claims: readonly boolean[];
}

interface Said {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: string;
  readonly free?: string;
  readonly at?: number;
  readonly ready?: true;
  readonly step?: number;
  readonly clash?: string;
  readonly queued?: string;
}

/** One process. */
export class Sharer {
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
  /** The keys that it waited for and was told of, in order, and when, in milliseconds of the system's clock. */
  readonly freed: { readonly key: string; readonly at: number }[] = [];
  /** The labels of which there was not enough when it asked, in order. */
  readonly queued: string[] = [];
  onSaid: (said: Said) => void = () => {};
  output = "";
  readonly #answers = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  #watchers: (() => void)[] = [];
  #ready = false;
  #ordered = 0;

  constructor(folder: string, witness: string) {
    this.child = fork(script, [folder, witness], { execArgv: [], stdio: ["ignore", "pipe", "inherit", "ipc"] });
    this.child.stdout!.setEncoding("utf8").on("data", (text: string) => {
      this.output += text;
    });
    this.child.on("message", (said: Said) => this.#hear(said));
    this.ended = new Promise(resolve => {
      this.child.on("close", () => {
        for (const { reject } of this.#answers.values()) reject(new Error("the process ended"));
        this.#answers.clear();
        resolve();
      });
    });
  }

  ready(): Promise<void> {
    return this.#until(() => this.#ready);
  }

  claim(...keys: string[]): Promise<Claimed> {
    return this.order("claim", keys) as Promise<Claimed>;
  }

  async release(...keys: string[]): Promise<void> {
    await this.order("release", keys);
  }

  /** Asks for so much of a label; resolves when it has it. */
  async ask(label: string, amount: number): Promise<void> {
    await this.order("ask", [label], amount);
  }

  async giveBack(label: string, amount: number): Promise<void> {
    await this.order("giveBack", [label], amount);
  }

  /** Resolves when it has asked in vain so often. */
  mustWait(times = 1): Promise<void> {
    return this.#until(() => this.queued.length >= times);
  }

  /** Resolves when it has been told that the key is free. */
  told(key: string): Promise<void> {
    return this.#until(() => this.freed.some(one => one.key === key));
  }

  /** Ends it as nothing can prepare for. */
  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.ended;
  }

  order(order: string, keys: readonly string[] = [], seed = 0): Promise<unknown> {
    this.#ordered += 1;
    const id = this.#ordered;
    return new Promise((resolve, reject) => {
      this.#answers.set(id, { resolve, reject });
      this.child.send({ id, order, keys, seed }, error => {
        if (error !== null) reject(error);
      });
    });
  }

  #hear(said: Said): void {
    if (said.free !== undefined) this.freed.push({ key: said.free, at: said.at ?? 0 });
    if (said.queued !== undefined) this.queued.push(said.queued);
    if (said.ready) this.#ready = true;
    if (said.id !== undefined) {
      const answer = this.#answers.get(said.id);
      this.#answers.delete(said.id);
      if (said.error === undefined) answer?.resolve(said.result);
      else answer?.reject(new Error(said.error));
    }
    this.onSaid(said);
    for (const watcher of this.#watchers) watcher();
  }

  #until(holds: () => boolean): Promise<void> {
    return new Promise(resolve => {
      const look = () => {
        if (!holds()) return;
        this.#watchers = this.#watchers.filter(one => one !== look);
        resolve();
      };
      this.#watchers.push(look);
      look();
    });
  }
}

/** A store's folder, and the processes that a test starts on it. */
export class Place {
  readonly folder: string;
  readonly #sharers: Sharer[] = [];

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async open(): Promise<Place> {
    return new Place(await mkdtemp(join(tmpdir(), "heddle-owners-")));
  }

  start(folder = this.folder): Sharer {
    const sharer = new Sharer(folder, join(this.folder, "witness"));
    this.#sharers.push(sharer);
    return sharer;
  }

  /** Processes that joined in this order: the first is the arbiter. */
  async join(count: number, folder = this.folder): Promise<Sharer[]> {
    const joined: Sharer[] = [];
    for (let at = 0; at < count; at++) {
      const sharer = this.start(folder);
      await sharer.ready();
      joined.push(sharer);
    }
    return joined;
  }

  async close(): Promise<void> {
    for (const { child } of this.#sharers) if (child.exitCode === null) child.kill("SIGKILL");
    await Promise.all(this.#sharers.map(({ ended }) => ended));
    await rm(this.folder, { recursive: true, force: true });
  }
}
