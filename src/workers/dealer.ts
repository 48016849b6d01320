import type { Attempt, Host } from "../task/runner.ts";
import type { Hearing } from "./hearing.ts";
import type { Entry, Member } from "./member.ts";
import type { Queue } from "./queue.ts";

/** Deals out waiting calls to the workers of a pool. */
export class Dealer {
  readonly #host: Host;
  readonly #hearings: ReadonlyMap<Member, Hearing>;
  readonly #queue: Queue;
  readonly #alone: Queue;

  /** `alone` holds the calls that get a worker to themselves. */
  constructor(host: Host, hearings: ReadonlyMap<Member, Hearing>, queue: Queue, alone: Queue) {
    this.#host = host;
    this.#hearings = hearings;
    this.#queue = queue;
    this.#alone = alone;
  }

  /** True if something was sent. */
  deal(): boolean {
    for (const member of this.#hearings.keys()) member.reserve();
    const before = this.#queue.size + this.#alone.size;
    this.#dealAlone();
    if (this.#queue.size > 0) this.#share();
    return this.#queue.size + this.#alone.size < before;
  }

  /** Shares out what waits, the emptiest worker first. */
  #share(): void {
    const first = this.#queue.first!;
    const open = [...this.#hearings.keys()].filter(member => member.wants(first));
    open.sort((a, b) => a.entries.size - b.entries.size);
    for (const [place, member] of open.entries()) {
      this.#fill(member, Math.ceil(this.#queue.size / (open.length - place)));
    }
  }

  #fill(member: Member, most: number): void {
    const now = performance.now();
    const failed: Attempt[] = [];
    let sent = 0;
    for (let entry = this.#queue.first; entry !== undefined && sent < most; entry = this.#queue.first) {
      if (!member.takes(entry)) break;
      this.#queue.shift();
      sent += 1;
      this.#add(member, entry, now, failed);
    }
    this.#sent(member, failed);
  }

  #dealAlone(): void {
    const open = [...this.#hearings.keys()].filter(member => member.state === "ready");
    const idle = open.filter(member => member.idle && member.takenTo === 0);
    const failed: Attempt[] = [];
    for (const member of idle) {
      const entry = this.#alone.first;
      member.draining = entry !== undefined;
      if (entry === undefined) continue;
      this.#alone.shift();
      this.#add(member, entry, performance.now(), failed);
      this.#sent(member, failed.splice(0));
    }
    if (this.#alone.size > 0 && !open.some(member => member.draining)) {
      const [emptiest] = open.sort((a, b) => a.entries.size - b.entries.size);
      if (emptiest !== undefined) emptiest.draining = true;
    }
  }

  #add(member: Member, entry: Entry, now: number, failed: Attempt[]): void {
    try {
      member.add(entry, now);
    } catch (error) {
      failed.push({ id: entry.call.id, state: "failed", error: error as Error, ms: 0, worker: member.number });
    }
  }

  #sent(member: Member, failed: readonly Attempt[]): void {
    member.flush();
    this.#hearings.get(member)!.tellEnds();
    if (failed.length > 0) this.#host.done(failed);
  }
}
