/** A run whose calls are executed by the workers of a queue in Redis. */
import { unpackError } from "../../codec/failure.ts";
import { fromWire } from "../../codec/wire.ts";
import type { Attempt, Dispatch, Host, RunnerSession, TaskAddress } from "../../task/runner.ts";
import { CallReports } from "../../workers/callreports.ts";
import { open } from "../../workers/envelope.ts";
import { Estimates } from "../../workers/estimate.ts";
import { Line } from "../../workers/line.ts";
import { readReports } from "../../workers/protocol.ts";
import { FileDesk } from "../../workers/travel/desk.ts";
import { callOutcome, questionOf } from "../signature.ts";
import { type Batch, cancelledOutside, fitTogether, type Underway } from "./batches.ts";
import { Gathering } from "./gathering.ts";
import { type Ends, LOST, type Question, SAID, saidIn } from "./messages.ts";
import { type Found, Post } from "./post.ts";
import type { RedisQueue } from "./queue.ts";

const FROM = "a worker on Redis";
/** How much more than the calls that run at once may be with the workers, where they are short. */
const MOST_AHEAD = 32;
/** In milliseconds: a batch of which so long nothing was heard is looked at. */
const SILENCE = 1_000;

export class RedisSession implements RunnerSession {
  readonly #host: Host;
  readonly #calls: number;
  readonly #post: Post;
  readonly #batches = new Map<string, Batch>();
  readonly #byId = new Map<number, Underway>();
  readonly #workers = new Map<string, number>();
  readonly #estimates = new Estimates(true);
  /** They were lost with others, one of which may be the cause. */
  readonly #alone = new Set<number>();
  readonly #asked = new Set<string>();
  readonly #gathered: Gathering;
  #gathering = false;
  #slots = 0;
  #looking = false;

  /** Makes the run known. `calls`: how many that are not short are with the workers at once. */
  static async prepare(queue: RedisQueue, run: string, calls: number): Promise<(host: Host) => RedisSession> {
    let session: RedisSession | null = null;
    await Post.start(queue, run, message => {
      if (session !== null) session.#hear(message);
    });
    return host => {
      session = new RedisSession(host, new Post(queue, run), calls);
      return session;
    };
  }

  private constructor(host: Host, post: Post, calls: number) {
    this.#host = host;
    this.#calls = calls;
    this.#post = post;
    this.#gathered = new Gathering(host);
    this.#post.open(() => this.#look());
    this.#grow();
  }

  dispatch(calls: readonly Dispatch[]): void {
    for (const call of calls) this.#gathered.add(call);
    // What comes in one turn travels together.
    if (!this.#gathering) setImmediate(() => this.#send());
    this.#gathering = true;
    this.#post.hold(true);
  }

  cancel(ids: readonly number[], reason: string): void {
    const stopped = new Map<Batch, number[]>();
    for (const id of ids) {
      const underway = this.#byId.get(id);
      if (underway === undefined) {
        if (this.#gathered.remove(id)) this.#host.released([id]);
        continue;
      }
      const { batch, place, line } = underway;
      underway.cancelled = true;
      this.#byId.delete(id);
      line?.giveUp(reason);
      stopped.set(batch, [...(stopped.get(batch) ?? []), place]);
      this.#host.released([id]);
    }
    for (const [batch, places] of stopped) {
      if (batch.open.length > 0) this.#post.stop(batch.id, reason, places);
      else this.#post.cancel(batch.id, reason);
    }
  }

  resume(id: number): void {
    this.#byId.get(id)?.line?.resume();
  }

  tell(id: number, wire: unknown[]): void {
    this.#byId.get(id)?.line?.tell(wire);
  }

  close(): Promise<void> {
    const left = [...this.#batches.keys()];
    this.#batches.clear();
    this.#byId.clear();
    this.#gathered.clear();
    return this.#post.close(left);
  }

  #send(): void {
    this.#gathering = false;
    const batches = this.#gathered.batches(
      task => fitTogether(this.#estimates.of(task).ms),
      call => this.#alone.delete(call.id),
      (call, batch) => this.#add(call, batch),
    );
    for (const batch of batches) this.#hand(batch);
    this.#rest();
  }

  #add(call: Dispatch, batch: Batch): boolean {
    try {
      this.#byId.set(call.id, batch.add(call));
      return true;
    } catch (error) {
      this.#host.done([{ id: call.id, state: "failed", error: error as Error, ms: 0, worker: -1 }]);
      return false;
    }
  }

  #hand(batch: Batch): void {
    this.#batches.set(batch.id, batch);
    this.#post.send(batch).catch(error => {
      if (!this.#batches.delete(batch.id)) return;
      this.#fail(batch, ({ call: { id } }) => ({ id, state: "crashed", error: error as Error, ms: 0, worker: -1 }));
    });
  }

  #hear(message: Buffer): void {
    const said = saidIn(message);
    if (said === null) return;
    if ("ends" in said) this.#end(said);
    else this.#answer(said);
  }

  #end({ batch: id, worker, ends }: Ends): void {
    const batch = this.#batches.get(id);
    if (batch === undefined) return;
    batch.heardAt = performance.now();
    if (batch.worker !== worker && worker !== "") this.#begin(batch, worker);
    const attempts: Attempt[] = [];
    const lost: number[] = [];
    for (const [place, said] of ends) {
      const underway = batch.take(place);
      if (underway === null || underway.cancelled) continue;
      this.#byId.delete(underway.call.id);
      underway.line?.close();
      if (said.length === 1 && said[0] === LOST) lost.push(underway.call.id);
      else attempts.push(this.#attempt(underway, said, worker));
    }
    if (batch.left === 0) this.#close(batch);
    if (attempts.length > 0) this.#host.done(attempts);
    if (lost.length > 0) this.#lose(lost, `its worker ${worker} died`, batch.calls.length > 1);
    this.#rest();
  }

  /** A worker has taken it. */
  #begin(batch: Batch, worker: string): void {
    batch.worker = worker;
    const number = this.#workers.get(worker) ?? this.#host.worker(`redis/${worker}`);
    this.#workers.set(worker, number);
    const { open: calls } = batch;
    for (const underway of calls) {
      const { id } = underway.call;
      underway.reports = new CallReports(this.#host, id, number);
      underway.line = new Line(underway.reports, FROM, new FileDesk(this.#host, underway.call, this.#gathered.lending));
    }
    this.#host.started(
      number,
      calls.map(({ call }) => call.id),
    );
    for (const question of batch.early.splice(0)) this.#answer(question);
  }

  #attempt({ call, batch, place, reports }: Underway, said: Buffer, name: string): Attempt {
    const worker = this.#workers.get(name) ?? -1;
    const { id } = call;
    try {
      const bytes = callOutcome(batch.id, place, `the result of ${call.task.name}-${id}`, said);
      const wire = open(bytes.subarray(1), FROM);
      if (bytes[0] !== SAID) {
        const state = wire[0] as Attempt["state"];
        return { id, state, error: unpackError(fromWire(wire, { at: 1 })), ms: 0, worker };
      }
      readReports(wire, reports!);
      const { attempt } = reports!;
      if (attempt === null) throw new Error("its answer holds no outcome");
      this.#learn(batch.task, attempt.ms);
      return attempt;
    } catch (error) {
      return { id, state: "crashed", error: error as Error, ms: 0, worker };
    }
  }

  #learn(task: TaskAddress, ms: number): void {
    this.#estimates.of(task).learn(ms);
    this.#estimates.overall.learn(ms);
    this.#grow();
  }

  /** Of short calls more are with the workers. */
  #grow(): void {
    const wanted = this.#calls * Math.min(MOST_AHEAD, fitTogether(this.#estimates.overall.ms));
    if (wanted < 2 * this.#slots && 2 * wanted > this.#slots) return;
    this.#slots = wanted;
    this.#host.slots(wanted, this.#calls);
  }

  /** Through no fault of theirs, unless they were alone. */
  #lose(ids: readonly number[], reason: string, together: boolean): void {
    if (together) for (const id of ids) this.#alone.add(id);
    this.#host.lost(ids, reason);
  }

  #fail(batch: Batch, attemptOf: (underway: Underway) => Attempt): void {
    const { open: calls } = batch;
    for (const { call, place, line } of calls) {
      batch.take(place);
      this.#byId.delete(call.id);
      line?.close();
    }
    if (calls.length > 0) this.#host.done(calls.map(attemptOf));
    this.#rest();
  }

  #close(batch: Batch): void {
    this.#batches.delete(batch.id);
    this.#post.forget(batch.id);
  }

  #answer(question: Question): void {
    const { number, from, batch, place, bytes } = question;
    if (this.#asked.has(number)) return;
    const underway = this.#batches.get(batch)?.calls[place] ?? null;
    if (underway !== null && underway.line === null && !underway.cancelled) {
      // It is heard before that it has begun.
      underway.batch.early.push(question);
      return;
    }
    this.#asked.add(number);
    const line = underway?.line ?? gone();
    void Promise.resolve()
      .then(() => line.answer(questionOf(batch, place, bytes)))
      .then(answer => this.#post.answer(number, from, answer))
      .finally(() => this.#asked.delete(number))
      .catch(() => {});
  }

  /** What was not heard: words get lost. */
  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      for (const question of await this.#post.questions()) this.#hear(question);
      const now = performance.now();
      const silent = [...this.#batches.values()].filter(({ heardAt }) => now - heardAt >= SILENCE);
      if (silent.length > 0) for (const found of await this.#post.look(silent.map(({ id }) => id))) this.#found(found);
    } catch {
      // It goes on when Redis is back.
    } finally {
      this.#looking = false;
    }
  }

  #found({ batch: id, state, worker, ends }: Found): void {
    const batch = this.#batches.get(id);
    if (batch === undefined || (state === "" && !this.#post.has(id))) return;
    if (ends.length > 0 || state === "running") this.#end({ batch: id, worker, ends });
    if (!this.#batches.has(id) || ["pending", "queued", "running"].includes(state)) return;
    // It has ended, and will say nothing more.
    this.#close(batch);
    if (state === "cancelled") this.#fail(batch, cancelledOutside);
    else {
      const ids = batch.open.map(({ call }) => call.id);
      for (const each of ids) this.#byId.delete(each);
      if (ids.length > 0) this.#lose(ids, "its job was removed", batch.calls.length > 1);
    }
    this.#rest();
  }

  #rest(): void {
    this.#post.hold(this.#batches.size > 0 || this.#gathering);
  }
}

/** Nobody waits for the call that asks. */
function gone(): Line {
  const line = new Line(new CallReports({} as Host, -1, -1), FROM);
  line.giveUp("it is not wanted any more");
  return line;
}
