import type { Redis } from "ioredis";
import { Connection } from "./connection.ts";
import type { RedisPlace } from "./place.ts";

/** What acts tell all who listen. */
export interface News {
  readonly queued?: boolean;
  /** In a line in which none ever was. */
  readonly fresh?: boolean;
  readonly ended?: readonly string[];
  readonly stopped?: readonly string[];
}

/** What is no news was not said by heddle. */
function newsIn(text: string): News | null {
  try {
    const news = JSON.parse(text) as News;
    const ids: readonly unknown[] = [...(news.ended ?? []), ...(news.stopped ?? [])];
    return ids.every(id => typeof id === "string") ? news : null;
  } catch {
    return null;
  }
}

/** Hears what happens to jobs, on a connection of its own. */
export class Ears {
  readonly #connection: Connection;
  readonly #channel: string;
  #listening: Promise<void> | null = null;
  #hears = false;

  constructor(place: RedisPlace, redis: typeof Redis, heard: (news: News) => void) {
    this.#connection = new Connection(place, redis);
    this.#channel = `${this.#connection.keys}news`;
    this.#connection.client.on("message", (_, text) => {
      const news = newsIn(text);
      if (news !== null) heard(news);
    });
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

  #subscribed(): Promise<void> {
    this.#listening ??= this.#connection
      .use(client => client.subscribe(this.#channel))
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
