/**
 * The connection of this process to a Redis. While nothing is asked and nothing served it does not keep the process
 * alive. Once it has been there, it is waited for: what was asked meanwhile is asked again.
 */
import { once } from "node:events";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";
import { MissingPackageError } from "../../errors.ts";
import type { Service } from "../queue.ts";
import { type Act, scripts } from "./acts.ts";
import { redisError } from "./failures.ts";
import { Lot } from "./lot.ts";
import { type Argument, packed } from "./packing.ts";
import type { RedisPlace } from "./place.ts";

export type Client = Redis;

const FIRST_PATIENCE = 5_000;
const MOST_PAUSE = 1_000;
/** A connection that can be made anew at once was only dropped. */
const AWAY = 2;

/** In milliseconds: for so long who ends waits for an answer. */
const LAST_PATIENCE = 2_000;

/** Who serves: told when the server is away, and when it is there again. */
export type Watcher = Pick<Service, "troubled" | "recovered">;

/** BullMQ counts up and down from there for what it adds. */
const MANY = 10_000;

const CLOSED = new Error("it has closed the connection");

/** What all connections to it have in common. */
interface Server {
  /** It has been there, and so is waited for. */
  known: boolean;
}

export class Connection {
  readonly client: Client;
  readonly #place: RedisPlace;
  readonly #lots = new Map<string, Lot>();
  #busy = 0;
  #opening: Promise<void> | null = null;
  readonly #server: Server;
  #watcher: Watcher | null = null;
  /** How often it broke, or could not be made, since it was there. */
  #breaks = 0;
  /** When it was there again after that. */
  #backAt = Number.NEGATIVE_INFINITY;
  /** What was said of that; who just closes says nothing. */
  #reason: unknown = CLOSED;

  /** `beside`: another one of this process, to the same server. */
  constructor(place: RedisPlace, redis: typeof Redis, beside?: Connection) {
    this.#place = place;
    this.#server = beside === undefined ? { known: false } : beside.#server;
    this.client = new redis(place.url, {
      lazyConnect: true,
      // What was asked is kept, and asked again, until the server is back.
      maxRetriesPerRequest: null,
      connectTimeout: FIRST_PATIENCE,
      retryStrategy: times => (this.#isWanted ? Math.min(50 * times, MOST_PAUSE) : null),
    });
    this.client.setMaxListeners(MANY);
    for (const [name, lua] of Object.entries(scripts)) this.client.defineCommand(name, { numberOfKeys: 1, lua });
    this.client.on("connect", () => this.#hold());
    this.client.on("ready", () => this.#ready());
    this.client.on("close", () => this.#broke());
    this.client.on("error", error => {
      this.#reason = error;
    });
  }

  /** Whether it is made anew when it breaks: else it ends, and is opened again by who needs it. */
  get #isWanted(): boolean {
    if (!this.#server.known && this.#opening !== null) return false;
    return this.#busy > 0 || this.#watcher !== null;
  }

  set watcher(watcher: Watcher | null) {
    this.#watcher = watcher;
  }

  get isThere(): boolean {
    return this.client.status === "ready";
  }

  /** Whether all have had time to say that they live, if the server was away: until then nobody is taken for dead. */
  get isSettled(): boolean {
    return this.isThere && performance.now() - this.#backAt >= Math.max(this.#place.lease, 2 * MOST_PAUSE);
  }

  #ready(): void {
    if (this.#breaks >= AWAY) {
      this.#backAt = performance.now();
      this.#watcher?.recovered?.();
    }
    this.#breaks = 0;
    this.#reason = CLOSED;
  }

  #broke(): void {
    this.#breaks += 1;
    if (this.#breaks === AWAY) this.#watcher?.troubled(redisError(this.#place, this.#reason));
  }

  /** Gives null if the server is away, or does not answer: who ends does not wait for it. */
  async unlessAway<R>(work: Promise<R>): Promise<R | null> {
    const done = new AbortController();
    const { signal } = done;
    const away = this.isThere ? once(this.client, "close", { signal }) : Promise.resolve();
    const late = sleep(LAST_PATIENCE, null, { signal });
    try {
      return await Promise.race([work, ...[away, late].map(each => each.then(() => null))]);
    } finally {
      done.abort();
      for (const each of [work, away, late]) each.catch(() => {});
    }
  }

  /** Asks something; meanwhile the process stays alive. */
  async use<R>(ask: (client: Client) => Promise<R>): Promise<R> {
    this.#busy += 1;
    this.#hold();
    try {
      if (this.client.status === "wait" || this.client.status === "end") this.#opening ??= this.#open();
      await this.#opening;
      return await ask(this.client);
    } catch (error) {
      throw redisError(this.#place, error);
    } finally {
      this.#busy -= 1;
      this.#hold();
    }
  }

  /** Carries out an act; gives bytes for texts where that is asked for. Acts of one kind in one turn travel together. */
  act(act: Act, args: readonly Argument[], { bytes = false } = {}): Promise<unknown> {
    const command = bytes ? `${act}Buffer` : act;
    let lot = this.#lots.get(command);
    if (lot === undefined || lot.isFull) {
      lot = new Lot();
      this.#lots.set(command, lot);
      const sent = lot;
      setImmediate(() => {
        if (this.#lots.get(command) === sent) this.#lots.delete(command);
        const now = Date.now();
        const acts = packed(sent.acts.map(args => [now, ...args]));
        sent.carryOut(this.use(client => ask(client, command, [this.keys, now, acts])));
      });
    }
    return lot.add(args);
  }

  /** The beginning of all keys; braces keep them together in a cluster. */
  get keys(): string {
    return `${this.prefix}:`;
  }

  get prefix(): string {
    return `{${this.#place.prefix}}`;
  }

  /** @throws Error if the server is not there. */
  async #open(): Promise<void> {
    let reason: unknown;
    const heard = (error: unknown) => {
      reason = error;
    };
    try {
      this.client.on("error", heard);
      await this.client.connect().catch(error => {
        // What is asked is kept until it is back.
        if (!this.#server.known) throw reason ?? error;
      });
      if (!this.#server.known && isRefusal(reason)) {
        // It would go on with another database than the one that was named.
        this.client.disconnect();
        throw reason;
      }
      this.#server.known = true;
    } finally {
      this.client.off("error", heard);
      this.#opening = null;
    }
  }

  /** An idle connection lets the process end. */
  #hold(): void {
    const { stream } = this.client as unknown as { stream?: Socket };
    // What was closed would wait for a connection that it never gets again.
    if (stream?.destroyed === true) return;
    if (this.#busy > 0) stream?.ref();
    else stream?.unref();
  }

  close(): void {
    this.client.disconnect();
  }
}

/** Whether the server is there, but does not do as it is told. */
function isRefusal(reason: unknown): boolean {
  return reason instanceof Error && reason.name === "ReplyError";
}

function ask(client: Client, command: string, args: readonly Argument[]): Promise<unknown[]> {
  return (client as unknown as Readonly<Record<string, (...args: Argument[]) => Promise<unknown[]>>>)[command]!(
    ...args,
  );
}

const NEEDS = { what: "A queue in Redis", all: "bullmq ioredis" };

/** @throws MissingPackageError */
export async function loadRedis(): Promise<typeof Redis> {
  try {
    return (await import("ioredis")).Redis;
  } catch (cause) {
    throw new MissingPackageError({ ...NEEDS, package: "ioredis" }, { cause });
  }
}

/** @throws MissingPackageError */
export async function loadBull(): Promise<typeof import("bullmq")> {
  try {
    return await import("bullmq");
  } catch (cause) {
    throw new MissingPackageError({ ...NEEDS, package: "bullmq" }, { cause });
  }
}
