import type { Socket } from "node:net";
import type { CallKey } from "../entry.ts";
import type { Claim } from "../owners.ts";
import type { Stake } from "./allotments.ts";
import type { ShareHolder } from "./holder.ts";
import { type Held, type Journal, removeJournal } from "./journal.ts";
import type { Enlisted, Roll } from "./roll.ts";
import { ShareDesk } from "./share-desk.ts";
import { sweep } from "./sweep.ts";
import { Table } from "./table.ts";
import type { Waits } from "./waits.ts";
import { listenTo, type Request, reach, type ShareRequest, say } from "./wire.ts";

export interface ArbiterOptions {
  readonly folder: string;
  readonly id: string;
  readonly roll: Roll;
  readonly waits: Waits;
  readonly journal: Journal;
  /** What this process itself has of shared limits. */
  readonly shares: ShareHolder;
}

/** A process that accepts connections only to close them, as one without free descriptors, is looked at less often. */
const TRIES = 3;
const PAUSE = 50;

/**
 * The process that says who may execute what: itself at once, from a table in memory, and the others over their
 * connections. A process whose connection has closed, or that a predecessor knew, is watched over a connection to its
 * own socket until it says hello or is found dead; what it holds stays its own until then.
 */
export class Arbiter {
  readonly #options: ArbiterOptions;
  readonly #id: string;
  readonly #table = new Table();
  readonly #desk: ShareDesk;
  readonly #peers = new Map<string, Socket>();
  readonly #watched = new Map<string, { socket: Socket | null }>();
  #closed = false;

  constructor(options: ArbiterOptions, held: Held, stakes: ReadonlyMap<string, Stake>) {
    this.#options = options;
    this.#id = options.id;
    this.#desk = new ShareDesk(options.id, options.journal, stakes);
    this.#desk.enter(options.id, options.shares.stake);
    for (const [member, keys] of held) {
      if (member !== this.#id) for (const key of keys) this.#table.take(key, member);
    }
  }

  get others(): number {
    let alive = this.#peers.size;
    for (const { socket } of this.#watched.values()) if (socket !== null) alive += 1;
    return alive;
  }

  claim(keys: readonly CallKey[]): Claim[] {
    const claims: Claim[] = [];
    for (const key of keys) {
      const holder = this.#table.take(key, this.#id);
      if (holder === undefined) {
        claims.push(true);
      } else if (holder === this.#id) {
        this.release(keys.slice(0, claims.length).filter((_, at) => claims[at] === true));
        throw alreadyHeld(key);
      } else {
        claims.push(this.await(key));
      }
    }
    return claims;
  }

  /** What this process held before it became the arbiter. */
  keep(keys: Iterable<CallKey>): void {
    for (const key of keys) this.#table.take(key, this.#id);
  }

  /** This process waits for a key; resolves at once if nobody holds it. */
  await(key: CallKey): Promise<void> {
    const free = this.#options.waits.for(key);
    if (this.#table.holder(key) === undefined) this.#options.waits.free(key);
    else this.#table.wait(key, this.#id);
    return free;
  }

  release(keys: readonly CallKey[]): void {
    let freed: Map<string, CallKey[]> | null = null;
    for (const key of keys) {
      for (const member of this.#table.release(key, this.#id)) {
        freed ??= new Map();
        note(freed, member, key);
      }
    }
    if (freed !== null) this.#tell(freed);
  }

  /** This process says something of shared limits. */
  hear(request: ShareRequest): void {
    this.#desk.hear(this.#id, request);
    this.#settle();
  }

  /** Looks whether the processes that are enlisted are alive, until they say hello. Others have left, whatever they held. */
  watchAll(members: readonly Enlisted[]): void {
    for (const member of members) this.#watch(member, 0);
    for (const id of [...this.#table.heldByOthers(this.#id).keys(), ...this.#desk.others.keys()]) {
      if (!this.#watched.has(id)) this.#gone(id);
    }
    sweep(this.#options.folder, new Set([this.#id, ...this.#watched.keys()]));
  }

  /** A connection that may be of another process, or only looks whether this one is alive. */
  welcome(socket: Socket): void {
    let peer: Enlisted | null = null;
    listenTo<Request>(socket, requests => {
      let answers = "";
      for (const request of requests) {
        if (request[0] === "hello") {
          peer = { id: request[1], address: request[2] };
          this.#enter(peer, socket, request[3]);
          this.#desk.enter(peer.id, request[5]);
          answers += say(["others", this.others]) + this.#resume(peer.id, request[4]);
        } else if (peer === null) socket.destroy();
        else if (request[0] === "claim") answers += this.#answer(peer.id, request[1]);
        else if (request[0] === "release") this.#release(peer.id, request[1]);
        else if (request[0] === "bye") this.#gone(peer.id);
        else if (this.#peers.get(peer.id) === socket) this.#desk.hear(peer.id, request);
      }
      this.#save();
      if (answers !== "") socket.write(answers);
      this.#settle();
    });
    socket.on("close", () => {
      if (peer === null || this.#peers.get(peer.id) !== socket) return;
      this.#peers.delete(peer.id);
      this.#desk.leave(peer.id);
      this.#watch(peer, 0);
      this.#settle();
    });
  }

  /** False if other processes hold keys: then a successor needs the journal, and finds it as after a crash. */
  close(): boolean {
    this.#closed = true;
    this.#options.journal.flush();
    this.#options.journal.close();
    for (const socket of this.#peers.values()) socket.destroy();
    for (const { socket } of this.#watched.values()) socket?.destroy();
    return this.#table.heldByOthers(this.#id).size + this.#desk.others.size === 0;
  }

  #enter(peer: Enlisted, socket: Socket, held: readonly CallKey[]): void {
    this.#unwatch(peer.id);
    const before = this.#peers.get(peer.id);
    this.#peers.set(peer.id, socket);
    before?.destroy();
    const keys = new Set(held);
    this.#release(
      peer.id,
      this.#table.keysOf(peer.id).filter(key => !keys.has(key)),
    );
    this.#options.journal.granted(
      peer.id,
      held.filter(key => this.#table.take(key, peer.id) === undefined),
    );
    this.#table.leave(peer.id);
    this.#count(peer.id);
  }

  /** What the process waited for elsewhere: it goes on waiting, or hears that it need not. */
  #resume(id: string, awaited: readonly CallKey[]): string {
    const free = awaited.filter(key => this.#table.holder(key) === undefined);
    for (const key of awaited) if (this.#table.holder(key) !== undefined) this.#table.wait(key, id);
    return free.length === 0 ? "" : say(["free", free]);
  }

  #answer(id: string, keys: readonly CallKey[]): string {
    let digits = "";
    const granted: CallKey[] = [];
    for (const key of keys) {
      if (this.#table.take(key, id) === undefined) {
        granted.push(key);
        digits += "1";
      } else {
        this.#table.wait(key, id);
        digits += "0";
      }
    }
    if (granted.length > 0) this.#options.journal.granted(id, granted);
    return say(["answer", digits]);
  }

  #release(id: string, keys: readonly CallKey[]): void {
    if (keys.length === 0) return;
    const freed = new Map<string, CallKey[]>();
    for (const key of keys) for (const member of this.#table.release(key, id)) note(freed, member, key);
    this.#options.journal.released(id, keys);
    this.#tell(freed);
  }

  #save(): void {
    const { journal } = this.#options;
    if (journal.flush()) journal.restart(this.#table.heldByOthers(this.#id), this.#desk.others);
  }

  /** Answers who asks for a share. */
  #settle(): void {
    if (this.#closed) return;
    const answers = this.#desk.answers();
    this.#save();
    for (const { member, reply } of answers) {
      if (member === this.#id) this.#options.shares.hear(reply);
      else this.#peers.get(member)?.write(say(reply));
    }
  }

  #tell(freed: ReadonlyMap<string, CallKey[]>): void {
    for (const [member, keys] of freed) {
      if (member !== this.#id) this.#peers.get(member)?.write(say(["free", keys]));
      else for (const key of keys) this.#options.waits.free(key);
    }
  }

  #watch(member: Enlisted, tries: number): void {
    const watch: { socket: Socket | null } = { socket: null };
    this.#watched.set(member.id, watch);
    const current = () => !this.#closed && this.#watched.get(member.id) === watch;
    const again = () => {
      if (current()) this.#watch(member, tries + 1);
    };
    const look = async () => {
      if (!current()) return;
      const socket = await reach(member.address);
      if (!current()) return void socket?.destroy();
      if (socket === null) return this.#bury(member.id);
      watch.socket = socket.resume().on("close", again);
      this.#count(null);
    };
    if (tries < TRIES) void look();
    else setTimeout(() => void look(), PAUSE).unref();
  }

  #unwatch(id: string): void {
    this.#watched.get(id)?.socket?.destroy();
    this.#watched.delete(id);
  }

  #gone(id: string): void {
    this.#unwatch(id);
    const peer = this.#peers.get(id);
    this.#peers.delete(id);
    peer?.destroy();
    this.#table.leave(id);
    this.#release(id, this.#table.keysOf(id));
    this.#desk.remove(id);
    this.#settle();
    this.#count(null);
  }

  /** Nobody else tidies up after a process that was killed. */
  #bury(id: string): void {
    this.#gone(id);
    try {
      if (this.#options.roll.strike(id)) removeJournal(this.#options.folder, id);
    } catch {
      // The row stays in the registry until the next arbiter looks.
    }
  }

  /** Tells all how many they are, but for one that is told otherwise. */
  #count(except: string | null): void {
    const text = say(["others", this.others]);
    for (const [id, socket] of this.#peers) if (id !== except) socket.write(text);
  }
}

/** The calls of one process join within it, so nobody but a wrong program can come here. */
export function alreadyHeld(key: CallKey): Error {
  return new Error(`the call ${key} was claimed by this process before, and not released`);
}

function note(freed: Map<string, CallKey[]>, member: string, key: CallKey): void {
  const keys = freed.get(member);
  if (keys === undefined) freed.set(member, [key]);
  else keys.push(key);
}
