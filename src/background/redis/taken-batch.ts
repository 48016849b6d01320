/** Calls of a run that this worker has taken together: each is told of when it has ended. */
import { setTimeout as sleep } from "node:timers/promises";
import { packError } from "../../codec/failure.ts";
import { toWire } from "../../codec/wire.ts";
import { bytesOf } from "../../workers/envelope.ts";
import type { CallAtWork, CallEnd, CallService, JobEnd } from "../queue.ts";
import { signedCall } from "../signature.ts";
import type { Asking } from "./asking.ts";
import { BEGUN, FAILED, LOST, SAID } from "./messages.ts";
import { asBuffer, type RedisQueue } from "./queue.ts";
import type { RedisJob } from "./record.ts";
import type { Turns } from "./turns.ts";

/** In milliseconds: so long what is to be told of a batch waits for more, also that it has begun. */
const PATIENCE = 8;
const TRY_AGAIN = 1_000;

/** Where a batch belongs. */
export interface Around {
  readonly queue: RedisQueue;
  readonly worker: string;
  /** Null for a worker that takes no calls. */
  readonly service: CallService | null;
  readonly turns: Turns;
  readonly asking: Asking;
  readonly troubled: (error: Error) => void;
}

export class TakenBatch {
  readonly #around: Around;
  readonly #job: RedisJob;
  readonly #run: string;
  readonly #stopped = new Map<number, string>();
  readonly #atWork = new Map<number, CallAtWork>();
  #reason: string | null = null;
  /** Those that have not begun, or wait for what they have called. */
  #unbegun = 0;
  #waiting = 0;
  #left = 0;
  #ends: (string | number | Buffer)[] = [];
  #telling = false;
  #isKnown = false;
  #late: NodeJS.Timeout | undefined;
  /** How it came to no end of its own, of the first call of which that is so. */
  #bad: Pick<JobEnd, "state" | "problem"> | null = null;
  #told = false;
  #abandoned = false;
  #over: () => void = () => {};

  constructor(around: Around, job: RedisJob) {
    this.#around = around;
    this.#job = job;
    this.#run = String(job.options["run"]);
  }

  /** Whether some of its calls wait for their turn. */
  get isCrowded(): boolean {
    return this.#unbegun > 0;
  }

  /** Whether all that has not ended waits for what it has called. */
  get isWaiting(): boolean {
    return this.#waiting === this.#left;
  }

  /** Runs the calls, except for those that have ended; resolves when what came of them is in Redis. */
  async execute(verdict: string, bytes: Uint8Array, ended: readonly Buffer[]): Promise<void> {
    const over = new Set(ended.map(place => Number(place.toString())));
    const count = Number(this.#job.options["count"]);
    if (verdict === "lost") return this.#lose(count, over);
    const told = this.#around.service!.begin(this.#job);
    let calls: readonly Uint8Array[] = [];
    try {
      calls = this.#around.service!.read(this.#job, bytes);
    } catch (error) {
      for (let place = 0; place < count; place++) this.#end(place, { state: "failed", error: error as Error });
    }
    const places = [...calls.keys()].filter(place => !over.has(place));
    this.#left = places.length;
    this.#unbegun = places.length;
    const done = new Promise<void>(resolve => {
      this.#over = resolve;
    });
    this.stop(this.#job);
    this.#late = setTimeout(() => this.#tell(), PATIENCE);
    this.#take(places, calls);
    if (this.#left === 0) this.#tell();
    await done;
    clearTimeout(this.#late);
    told({ state: "completed", problem: null, ...this.#bad, bytes: new Uint8Array(), output: "" });
  }

  /** Those that come together are short: where they can wait at a worker, they have one turn, and the next is at hand. */
  #take(places: readonly number[], calls: readonly Uint8Array[]): void {
    const { service, turns } = this.#around;
    // A turn of none would never end.
    if (places.length === 0) return;
    const most = service!.places(this.#job);
    const together = most === null ? places.map(place => [place]) : [places];
    for (const some of together) {
      const begin = (leave: () => void) => {
        for (const place of some) void this.#execute(place, calls[place]!, leave);
      };
      turns.wait(some.length, begin, most ?? undefined);
    }
  }

  /** Some were cancelled, or all. */
  stop({ stops, cancelled }: Pick<RedisJob, "stops" | "cancelled">): void {
    for (const [place, reason] of Object.entries(stops)) {
      this.#stopped.set(Number(place), reason);
      this.#atWork.get(Number(place))?.cancel(reason);
    }
    if (cancelled !== null) this.abort(cancelled);
  }

  abort(reason: string): void {
    this.#reason = reason;
    for (const call of this.#atWork.values()) call.cancel(reason);
  }

  /** Others run what has not ended; what has is told. */
  async abandon(): Promise<void> {
    this.#abandoned = true;
    const ends = this.#ends;
    this.#ends = [];
    if (ends.length > 0) await this.#send(ends, false);
  }

  /** Tells that its worker died with what has not ended. */
  #lose(count: number, over: ReadonlySet<number>): Promise<void> {
    for (let place = 0; place < count; place++) if (!over.has(place)) this.#ends.push(place, Buffer.of(LOST));
    const done = new Promise<void>(resolve => {
      this.#over = resolve;
    });
    this.#tell();
    return done;
  }

  async #execute(place: number, call: Uint8Array, leave: () => void): Promise<void> {
    const { service, asking, queue } = this.#around;
    this.#unbegun -= 1;
    let waits = false;
    const ask = (bytes: Uint8Array, keepsPlace: boolean) => {
      // What it asks is answered when it is known to have begun.
      if (!this.#isKnown) this.#tell();
      // It waits for what it calls, which may need its place.
      if (!waits && !keepsPlace) {
        this.#waiting += 1;
        waits = true;
        leave();
      }
      return asking.ask(this.#run, this.#job.id, place, bytes);
    };
    const { connection, where } = queue;
    const register = async (name: string) => (await connection.act("keepValue", [this.#run, name, ""])) === 1;
    const begun = this.#job.options["timed"] === true ? { begun: () => this.#begun(place) } : {};
    const tied = { ask, register, values: where, ...begun };
    const end = await this.#endOf(place, () => service!.execute(this.#job, call, tied));
    if (waits) this.#waiting -= 1;
    this.#left -= 1;
    this.#end(place, end);
    if (!waits) leave();
  }

  async #endOf(place: number, begin: () => CallAtWork): Promise<CallEnd> {
    const reason = this.#stopped.get(place) ?? this.#reason;
    if (reason !== null) return { state: "cancelled", error: new Error(reason) };
    const call = begin();
    this.#atWork.set(place, call);
    const end = await call.end;
    this.#atWork.delete(place);
    return end;
  }

  #end(place: number, end: CallEnd): void {
    if ("error" in end) this.#bad ??= { state: end.state, problem: `${end.error.name}: ${end.error.message}` };
    const bytes = "said" in end ? Buffer.concat([Buffer.of(SAID), end.said]) : failed(this.#job.name, end);
    this.#ends.push(place, asBuffer(signedCall(this.#job.id, place, bytes)));
    if (this.#left === 0) this.#tell();
    else this.#tellSoon();
  }

  #begun(place: number): void {
    this.#ends.push(place, Buffer.of(BEGUN));
    this.#tellSoon();
  }

  #tellSoon(): void {
    if (this.#ends.length > 2) return;
    clearTimeout(this.#late);
    this.#late = setTimeout(() => this.#tell(), PATIENCE);
  }

  /** What ends soon after each other, or while something is being told, is told together. */
  #tell(): void {
    if (this.#telling || this.#abandoned) return;
    this.#telling = true;
    setImmediate(() => void this.#tellOn());
  }

  /** Gives whether anybody wants it. */
  async #send(ends: readonly (string | number | Buffer)[], isAll: boolean): Promise<boolean> {
    const { worker, queue } = this.#around;
    const { connection } = queue;
    const about = [
      this.#job.id,
      this.#job.life,
      this.#run,
      worker,
      isAll ? 1 : 0,
      connection.isSettled ? 0 : 1,
      ...ends,
    ];
    return (await connection.act("tellEnds", about)) !== 0;
  }

  async #tellOn(): Promise<void> {
    const { troubled } = this.#around;
    this.#isKnown = true;
    do {
      const ends = this.#ends;
      this.#ends = [];
      const isAll = this.#left === 0;
      try {
        if (!(await this.#send(ends, isAll))) this.abort("nobody waits for it any more");
        this.#told = isAll;
      } catch (error) {
        // What was computed is not lost because Redis is away for a while, or has no room.
        this.#ends = [...ends, ...this.#ends];
        troubled(error as Error);
        if (!this.#abandoned) await sleep(TRY_AGAIN);
      }
    } while (!this.#abandoned && (this.#ends.length > 0 || (this.#left === 0 && !this.#told)));
    this.#telling = false;
    if (this.#told || this.#abandoned) this.#over();
  }
}

function failed(task: string, { state, error }: Extract<CallEnd, { error: Error }>): Buffer {
  const wire: unknown[] = [state];
  toWire(packError(error, { task, role: "error" }), wire);
  return Buffer.concat([Buffer.of(FAILED), asBuffer(bytesOf(wire))]);
}
