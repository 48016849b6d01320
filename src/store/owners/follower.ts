import type { Socket } from "node:net";
import type { CallKey } from "../entry.ts";
import type { Claim } from "../owners.ts";
import { alreadyHeld } from "./arbiter.ts";
import type { ShareHolder } from "./holder.ts";
import type { Enlisted } from "./roll.ts";
import type { Waits } from "./waits.ts";
import { listenTo, type Reply, type Request, type ShareRequest, say } from "./wire.ts";

/** Claims that were sent, or will be when there is an arbiter. */
interface Asked {
  readonly keys: readonly CallKey[];
  readonly resolve: (claims: readonly Claim[]) => void;
  readonly reject: (error: Error) => void;
}

/** A process that asks the arbiter. It outlives arbiters: the next one is told what it holds, and asked again. */
export class Follower {
  readonly #me: Enlisted;
  readonly #waits: Waits;
  readonly #shares: ShareHolder;
  readonly #held = new Set<CallKey>();
  readonly #asking = new Set<CallKey>();
  #asked: Asked[] = [];
  #socket: Socket | null = null;
  #outbox = "";
  #others = 1;

  constructor(me: Enlisted, waits: Waits, shares: ShareHolder) {
    this.#me = me;
    this.#waits = waits;
    this.#shares = shares;
  }

  get others(): number {
    return this.#others;
  }

  get held(): Iterable<CallKey> {
    return this.#held;
  }

  claim(keys: readonly CallKey[]): Promise<readonly Claim[]> {
    const twice = this.#note(keys);
    if (twice !== null) throw alreadyHeld(twice);
    this.#waits.begin();
    return new Promise((resolve, reject) => {
      this.#asked.push({ keys, resolve, reject });
      this.#send(["claim", keys]);
    });
  }

  release(keys: readonly CallKey[]): void {
    const held = keys.filter(key => this.#held.delete(key));
    if (held.length > 0) this.#send(["release", held]);
  }

  say(request: ShareRequest): void {
    this.#send(request);
  }

  /** Goes over to an arbiter; `lost` is called when the connection to it has closed. */
  follow(socket: Socket, lost: () => void): void {
    this.#socket = socket;
    listenTo<Reply>(socket, replies => {
      for (const reply of replies) this.#hear(reply);
    });
    socket.on("close", () => {
      if (this.#socket !== socket) return;
      this.#socket = null;
      lost();
    });
    // All that was to be said before is in these.
    this.#outbox = "";
    this.#send(["hello", this.#me.id, this.#me.address, [...this.#held], this.#waits.keys, this.#shares.stake]);
    for (const { keys } of this.#asked) this.#send(["claim", keys]);
    this.#shares.askAgain();
  }

  /** This process has become the arbiter, and answers its own claims. */
  answerAll(claim: (keys: readonly CallKey[]) => readonly Claim[]): void {
    for (const { keys, resolve } of this.#asked) {
      this.#waits.end();
      resolve(claim(keys));
    }
    this.#asked = [];
  }

  close(error: Error): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.end(this.#outbox + say(["bye"]), () => socket.destroy());
    for (const { reject } of this.#asked) {
      this.#waits.end();
      reject(error);
    }
    this.#asked = [];
  }

  /** Notes keys as asked for; the first that was already. */
  #note(keys: readonly CallKey[]): CallKey | null {
    for (const [at, key] of keys.entries()) {
      if (!this.#held.has(key) && !this.#asking.has(key)) {
        this.#asking.add(key);
        continue;
      }
      for (const noted of keys.slice(0, at)) this.#asking.delete(noted);
      return key;
    }
    return null;
  }

  #hear(reply: Reply): void {
    if (reply[0] === "others") this.#others = reply[1];
    else if (reply[0] === "free") for (const key of reply[1]) this.#waits.free(key);
    else if (reply[0] === "answer") this.#settle(reply[1]);
    else this.#shares.hear(reply);
  }

  #settle(digits: string): void {
    const asked = this.#asked.shift();
    if (asked === undefined) return;
    const claims = asked.keys.map((key, at): Claim => {
      this.#asking.delete(key);
      if (digits[at] !== "1") return this.#waits.for(key);
      this.#held.add(key);
      return true;
    });
    this.#waits.end();
    asked.resolve(claims);
  }

  /** What is said in one turn leaves in one write. */
  #send(request: Request): void {
    if (this.#socket === null) return;
    if (this.#outbox === "") queueMicrotask(() => this.#flush());
    this.#outbox += say(request);
  }

  #flush(): void {
    const text = this.#outbox;
    this.#outbox = "";
    if (text !== "") this.#socket?.write(text);
  }
}
