/**
 * Tells other processes what has happened to jobs, and who of them has died. Who wants to hear listens on a socket of its
 * own; who rings connects to all who do. That a socket refuses is the kernel's word that its process is gone: one that is
 * busy or stopped still accepts.
 */
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import type { Server, Socket } from "node:net";
import { join } from "node:path";
import { listen } from "../../store/owners/address.ts";
import { listenTo, reach } from "../../store/owners/wire.ts";
import type { Owner } from "./ledger.ts";
import { News } from "./news.ts";
import type { Texts } from "./tables.ts";

export interface Hearing {
  heard(news: News): void;
  /** The process is gone. Resolves when that is known to all. */
  died(id: string): Promise<void>;
}

type Message = readonly [queued: boolean, ended: readonly string[], stopped: readonly string[]];

/** Who rings does not wait longer for those who are busy, in milliseconds: they look by themselves, too. */
const PATIENCE = 50;

export class Bell {
  readonly #folder: string;
  readonly #ears: Texts;
  readonly #hearing: Hearing;
  /** By who listens. */
  readonly #lines = new Map<string, Socket | Promise<Socket | null>>();
  readonly #visitors = new Set<Socket>();
  #listening: Promise<Owner> | null = null;
  #me: Owner | null = null;
  #server: Server | null = null;
  #closed = false;

  constructor(folder: string, ears: Texts, hearing: Hearing) {
    this.#folder = join(folder, "queue", "live");
    this.#ears = ears;
    this.#hearing = hearing;
  }

  /** From now on this process hears; to be entered among the ears by who asks first. */
  listen(enter: (owner: Owner) => Promise<void>): Promise<Owner> {
    this.#listening ??= this.#listen(enter);
    return this.#listening;
  }

  async #listen(enter: (owner: Owner) => Promise<void>): Promise<Owner> {
    mkdirSync(this.#folder, { recursive: true });
    const id = randomBytes(8).toString("hex");
    const { server, address } = await listen(this.#folder, id, socket => this.#welcome(socket));
    this.#server = server;
    this.#me = { id, address };
    await enter(this.#me);
    // Those who listen get to know of it, and it of them: so that each death has witnesses.
    await this.ring(new News());
    return this.#me;
  }

  #welcome(socket: Socket): void {
    this.#visitors.add(socket);
    socket
      .unref()
      .on("error", () => {})
      .on("close", () => this.#visitors.delete(socket));
    listenTo<Message>(socket, messages => {
      const news = new News();
      for (const [queued, ended, stopped] of messages) news.add(Object.assign(new News(), { queued, ended, stopped }));
      this.meet();
      this.#hearing.heard(news);
    });
  }

  /** Connects to those who listen, of whom it did not know: it hears when they die. */
  meet(): void {
    if (this.#me === null) return;
    for (const owner of this.#others()) this.#line(owner);
  }

  /** Resolves when it knows of all of them whether they live. */
  async met(): Promise<void> {
    this.meet();
    await Promise.all(this.#lines.values());
  }

  /** Tells all who listen. Resolves when they have been told, but for those who are too busy. */
  async ring({ queued, ended, stopped }: News): Promise<void> {
    const line = `${JSON.stringify([queued, ended, stopped] satisfies Message)}\n`;
    const busy: Promise<void>[] = [];
    for (const owner of this.#others()) {
      const socket = this.#line(owner);
      if (socket instanceof Promise) busy.push(socket.then(open => void open?.write(line)));
      else socket.write(line);
    }
    if (busy.length === 0) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>(resolve => {
      timer = setTimeout(resolve, PATIENCE);
    });
    await Promise.race([Promise.all(busy), late]);
    clearTimeout(timer);
  }

  *#others(): Generator<Owner> {
    for (const { key: id, value: address } of [...this.#ears.getRange({})]) {
      if (id !== this.#me?.id) yield { id, address };
    }
  }

  #line(owner: Owner): Socket | Promise<Socket | null> {
    const known = this.#lines.get(owner.id);
    if (known !== undefined) return known;
    const line = reach(owner.address).then(async socket => {
      if (this.#closed) {
        socket?.destroy();
        return null;
      }
      if (socket === null) {
        this.#lines.delete(owner.id);
        await this.#hearing.died(owner.id);
        return null;
      }
      this.#lines.set(owner.id, socket);
      socket.resume().on("close", () => this.#lost(owner));
      return socket;
    });
    this.#lines.set(owner.id, line);
    return line;
  }

  /** A connection that has closed is only a reason to look. */
  #lost(owner: Owner): void {
    this.#lines.delete(owner.id);
    if (!this.#closed && this.#ears.get(owner.id) !== undefined) this.#line(owner);
  }

  /** Who this process was among those who listen; null if it was not. */
  async leave(): Promise<Owner | null> {
    return this.#listening === null ? null : await this.#listening;
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const line of this.#lines.values()) if (!(line instanceof Promise)) line.destroy();
    this.#lines.clear();
    for (const socket of this.#visitors) socket.destroy();
    const server = this.#server;
    if (server !== null) await new Promise<void>(resolve => server.close(() => resolve()));
  }
}
