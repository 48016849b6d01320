import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import type { Server, Socket } from "node:net";
import { join, resolve } from "node:path";
import type { CallKey } from "../entry.ts";
import type { Claim, Owners } from "../owners.ts";
import { listen } from "./address.ts";
import type { Stake } from "./allotments.ts";
import { Arbiter } from "./arbiter.ts";
import { Follower } from "./follower.ts";
import { ShareHolder } from "./holder.ts";
import { type Held, Journal, readJournal, readStakes, removeJournal } from "./journal.ts";
import type { Registry } from "./registry.ts";
import { type Enlisted, Roll } from "./roll.ts";
import { Waits } from "./waits.ts";
import { reach } from "./wire.ts";

/** What a predecessor left: who held what. */
interface Legacy {
  readonly held: Held;
  readonly stakes: ReadonlyMap<string, Stake>;
}

const NONE: Legacy = { held: new Map(), stakes: new Map() };

/** This process, among those that share a store: first it follows the arbiter, and may become it. */
export class Member implements Owners {
  readonly #folder: string;
  readonly #me: Enlisted;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;
  readonly #roll: Roll;
  readonly #waits: Waits;
  readonly #follower: Follower;
  readonly shares: ShareHolder;
  #arbiter: Arbiter | null = null;
  #closed = false;

  private constructor(folder: string, me: Enlisted, server: Server, sockets: Set<Socket>, registry: Registry) {
    this.#folder = folder;
    this.#me = me;
    this.#server = server;
    this.#sockets = sockets;
    this.#roll = new Roll(registry, me);
    this.#waits = new Waits(server);
    this.shares = new ShareHolder(this.#waits, request => {
      if (this.#closed) return;
      if (this.#arbiter === null) this.#follower.say(request);
      else this.#arbiter.hear(request);
    });
    this.#follower = new Follower(me, this.#waits, this.shares);
  }

  static async open(store: string, registry: Registry): Promise<Member> {
    const folder = join(resolve(store), "live");
    mkdirSync(folder, { recursive: true });
    const id = randomBytes(8).toString("hex");
    const sockets = new Set<Socket>();
    const { server, address } = await listen(folder, id, socket => {
      sockets.add(socket);
      socket
        .unref()
        .on("error", () => {})
        .on("close", () => sockets.delete(socket));
      member.#welcome(socket);
    });
    const member = new Member(folder, { id, address }, server, sockets, registry);
    try {
      await member.#join();
    } catch (error) {
      await member.#stop();
      throw error;
    }
    return member;
  }

  get others(): number {
    return this.#arbiter === null ? this.#follower.others : this.#arbiter.others;
  }

  claim(keys: readonly CallKey[]): readonly Claim[] | Promise<readonly Claim[]> {
    if (this.#closed) throw closed();
    return this.#arbiter === null ? this.#follower.claim(keys) : this.#arbiter.claim(keys);
  }

  release(keys: readonly CallKey[]): void {
    if (this.#arbiter === null) this.#follower.release(keys);
    else this.#arbiter.release(keys);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.shares.close();
    this.#follower.close(closed());
    const settled = this.#arbiter?.close() ?? true;
    this.#waits.freeAll();
    const stopped = this.#stop();
    // What others hold is in the journal: then this process is succeeded as if it had been killed.
    if (settled) {
      this.#roll.leave();
      removeJournal(this.#folder, this.#me.id);
    }
    await stopped;
  }

  /** A connection is heard only by the arbiter; to others it tells by itself that this process is alive. */
  #welcome(socket: Socket): void {
    if (this.#arbiter !== null) this.#arbiter.welcome(socket);
    else socket.resume();
  }

  /** Finds the arbiter, or becomes it. */
  async #join(): Promise<void> {
    this.#waits.begin();
    try {
      while (!this.#closed) {
        const standing = this.#roll.enlist();
        if ("others" in standing) return this.#rule(NONE, standing.others);
        const { arbiter } = standing;
        const socket = await reach(arbiter.address);
        if (this.#closed) return void socket?.destroy();
        if (socket !== null) return this.#follower.follow(socket, () => void this.#rejoin());
        if (this.#succeed(arbiter.id)) return;
      }
    } finally {
      this.#waits.end();
    }
  }

  async #rejoin(): Promise<void> {
    try {
      await this.#join();
    } catch {
      // The registry is out of reach. Alone this process goes on; at worst a call is executed twice.
      if (!this.#closed) this.#rule(NONE, []);
    }
  }

  /** The journal is copied before anyone can see that this process is the arbiter, so that it is never lost. */
  #succeed(dead: string): boolean {
    const held = new Map(readJournal(this.#folder, dead));
    held.delete(this.#me.id);
    const stakes = new Map(readStakes(this.#folder, dead));
    stakes.delete(this.#me.id);
    const journal = new Journal(this.#folder, this.#me.id);
    if (held.size + stakes.size > 0) journal.restart(held, stakes);
    const others = this.#roll.succeed(dead);
    if (others === null) {
      removeJournal(this.#folder, this.#me.id);
      return false;
    }
    this.#rule({ held, stakes }, others, journal);
    return true;
  }

  #rule(legacy: Legacy, others: readonly Enlisted[], journal = new Journal(this.#folder, this.#me.id)): void {
    const waits = this.#waits;
    const { shares } = this;
    const options = { folder: this.#folder, id: this.#me.id, roll: this.#roll, waits, journal, shares };
    const arbiter = new Arbiter(options, legacy.held, legacy.stakes);
    this.#arbiter = arbiter;
    arbiter.keep(this.#follower.held);
    for (const key of waits.keys) void arbiter.await(key);
    this.#follower.answerAll(keys => arbiter.claim(keys));
    shares.askAgain();
    arbiter.watchAll(others);
  }

  async #stop(): Promise<void> {
    const stopped = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await stopped;
  }
}

function closed(): Error {
  return new Error("the store was closed");
}
