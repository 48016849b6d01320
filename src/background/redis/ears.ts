import type { Redis } from "ioredis";
import { Connection } from "./connection.ts";
import type { RedisPlace } from "./place.ts";

/** What acts tell all who listen. */
export interface News {
  /** The lines in which something can start. */
  readonly queued?: readonly string[];
  /** In a line in which none ever was. */
  readonly fresh?: boolean;
  readonly ended?: readonly string[];
  readonly stopped?: readonly string[];
}

type Heard = (message: Buffer) => void;

/** What is no news was not said by heddle. */
function newsIn(text: string): News | null {
  try {
    const news = JSON.parse(text) as News;
    const names: readonly unknown[] = [...(news.queued ?? []), ...(news.ended ?? []), ...(news.stopped ?? [])];
    return names.every(name => typeof name === "string") ? news : null;
  } catch {
    return null;
  }
}

/** Hears what happens to jobs, on a connection of its own. */
export class Ears {
  readonly #connection: Connection;
  readonly #channels = new Map<string, Heard>();
  readonly #news: string;
  #listening: Promise<void> | null = null;
  #hears = false;

  constructor(place: RedisPlace, redis: typeof Redis, beside: Connection, heard: (news: News) => void) {
    this.#connection = new Connection(place, redis, beside);
    this.#news = `${this.#connection.keys}news`;
    this.#channels.set(this.#news, message => {
      const news = newsIn(message.toString());
      if (news !== null) heard(news);
    });
    this.#connection.client.on("messageBuffer", (channel: Buffer, message: Buffer) =>
      this.#channels.get(channel.toString())?.(message),
    );
    // A connection that is closed while nobody waits has to be made anew.
    this.#connection.client.on("end", () => {
      this.#listening = null;
      this.#hears = false;
    });
  }

  /** Resolves when this process is told of what happens; with false if it was before. */
  async listen(): Promise<boolean> {
    if (this.#hears) return false;
    await this.#subscribed();
    return true;
  }

  /** Resolves when what is said on the channel of a run or a worker is heard. */
  async listenTo(name: string, heard: Heard): Promise<void> {
    const channel = this.#channel(name);
    this.#channels.set(channel, heard);
    await this.#connection.use(client => client.subscribe(channel));
  }

  async leave(name: string): Promise<void> {
    const channel = this.#channel(name);
    this.#channels.delete(channel);
    await this.#connection.use(client => client.unsubscribe(channel));
  }

  #channel(name: string): string {
    return `${this.#connection.keys}calls:${name}`;
  }

  #subscribed(): Promise<void> {
    this.#listening ??= this.#connection
      .use(client => client.subscribe(...this.#channels.keys()))
      .then(
        () => {
          this.#hears = true;
        },
        error => {
          this.#listening = null;
          throw error;
        },
      );
    return this.#listening;
  }

  close(): void {
    this.#connection.close();
  }
}
