import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

interface Watcher {
  readonly holds: () => boolean;
  readonly resolve: () => void;
}

/**
 * A channel by which a test steers tasks wherever they run, and so never sleeps to get an order: tasks say that they
 * have come to a point, or wait there until the test opens it. `client.mjs` is the tasks' side.
 */
export class Channel {
  readonly address: string;
  /** The points that tasks came to, in the order in which they came. */
  readonly heard: string[] = [];
  readonly #folder: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #waiting = new Map<string, Socket[]>();
  readonly #opened = new Set<string>();
  #allOpen = false;
  #watchers: Watcher[] = [];

  private constructor(folder: string) {
    this.#folder = folder;
    this.address = join(folder, "channel");
    this.#server = createServer(socket => this.#welcome(socket));
  }

  static async open(): Promise<Channel> {
    const channel = new Channel(await mkdtemp(join(tmpdir(), "heddle-channel-")));
    await new Promise<void>(resolve => channel.#server.listen(channel.address, resolve));
    return channel;
  }

  /** How often tasks came to a point. */
  count(point: string): number {
    return this.heard.filter(one => one === point).length;
  }

  /** Resolves when tasks have come to a point so many times. */
  reached(point: string, times = 1): Promise<void> {
    return this.#until(() => this.count(point) >= times);
  }

  /** Resolves to the nth thing heard, from 0, when it has been heard. */
  async nth(place: number): Promise<string> {
    await this.#until(() => this.heard.length > place);
    return this.heard[place]!;
  }

  /** Lets all who wait at these points go on, and all who come later. */
  pass(...points: readonly string[]): void {
    for (const point of points) {
      this.#opened.add(point);
      for (const socket of this.#waiting.get(point) ?? []) socket.write("go\n");
      this.#waiting.delete(point);
    }
  }

  /** Lets all who wait anywhere go on, and all who come later. */
  passAll(): void {
    this.#allOpen = true;
    this.pass(...this.#waiting.keys());
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise(resolve => this.#server.close(resolve));
    await rm(this.#folder, { recursive: true, force: true });
  }

  #welcome(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => {}).on("close", () => this.#sockets.delete(socket));
    createInterface(socket)
      .on("line", line => this.#hear(socket, line))
      .on("error", () => {});
  }

  #hear(socket: Socket, line: string): void {
    const [kind, point] = JSON.parse(line) as [kind: "tell" | "gate", point: string];
    this.heard.push(point);
    if (kind === "tell" || this.#allOpen || this.#opened.has(point)) socket.write("go\n");
    else this.#waiting.set(point, [...(this.#waiting.get(point) ?? []), socket]);
    this.#look();
  }

  #until(holds: () => boolean): Promise<void> {
    return new Promise(resolve => {
      this.#watchers.push({ holds, resolve });
      this.#look();
    });
  }

  #look(): void {
    const ready = this.#watchers.filter(({ holds }) => holds());
    this.#watchers = this.#watchers.filter(watcher => !ready.includes(watcher));
    for (const { resolve } of ready) resolve();
  }
}
