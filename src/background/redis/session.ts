/** A run whose calls are executed by the workers of a queue in Redis. */
import type { Packed } from "../../codec/packed.ts";
import type { Attempt, Dispatch, Host, RunnerSession } from "../../task/runner.ts";
import { fetched, isElsewhere, isKeptBy } from "../../workers/cluster/references.ts";
import { Ahead } from "./ahead.ts";
import { Answers } from "./answers.ts";
import { type Batch, cancelledOutside, type Underway } from "./batches.ts";
import { attemptIn, isBegun, isLost } from "./call-ends.ts";
import { Gathering } from "./gathering.ts";
import { type Ends, type Question, saidIn } from "./messages.ts";
import { type Found, Post } from "./post.ts";
import type { RedisQueue } from "./queue.ts";
import { RunValues } from "./run-values.ts";
import { Stopping } from "./stopping.ts";
import { Taking } from "./taking.ts";
import { Untaken } from "./untaken.ts";

/** In milliseconds: a batch of which so long nothing was heard is looked at. */
const SILENCE = 1_000;

export class RedisSession implements RunnerSession {
  readonly #host: Host;
  readonly #post: Post;
  readonly #batches = new Map<string, Batch>();
  readonly #byId = new Map<number, Underway>();
  readonly #taking: Taking;
  /** They were lost with others, one of which may be the cause. */
  readonly #alone = new Set<number>();
  readonly #answers: Answers;
  readonly #gathered: Gathering;
  readonly #values: RunValues;
  readonly #ahead: Ahead;
  readonly #untaken: Untaken;
  readonly #stopping: Stopping;
  #looking = false;

  /** Makes the run known. `calls`: how many that are not short are with the workers at once. */
  static async prepare(queue: RedisQueue, run: string, calls: number): Promise<(host: Host) => RedisSession> {
    let session: RedisSession | null = null;
    await Post.start(queue, run, message => {
      if (session !== null) session.#hear(message);
    });
    return host => {
      session = new RedisSession(host, queue, run, calls);
      return session;
    };
  }

  private constructor(host: Host, queue: RedisQueue, run: string, calls: number) {
    this.#host = host;
    this.#post = new Post(queue, run);
    this.#values = new RunValues(queue, run);
    this.#untaken = new Untaken(host, queue.where.shown);
    this.#answers = new Answers(this.#post, this.#batches);
    this.#gathered = new Gathering(host, this.#values.most, isLate => this.#send(isLate));
    this.#taking = new Taking(host, this.#gathered.lending);
    this.#stopping = new Stopping(this.#post, those => this.#release(those));
    this.#post.open(() => this.#look());
    this.#ahead = new Ahead(host, calls);
  }

  dispatch(calls: readonly Dispatch[]): void {
    for (const call of calls) this.#gathered.add(call);
    this.#post.hold(true);
  }

  cancel(ids: readonly number[], reason: string): void {
    for (const id of ids) {
      const underway = this.#byId.get(id);
      if (underway === undefined && this.#gathered.remove(id)) this.#host.released([id]);
      if (underway === undefined || underway.cancelled) continue;
      underway.cancelled = true;
      underway.line?.giveUp(reason);
      if (underway.batch.isSent) this.#stopping.add(underway, reason);
      else this.#withhold(underway, reason);
    }
  }

  /** Nobody has it yet: what large is in its batch is still on its way to its place. */
  #withhold(underway: Underway, reason: string): void {
    const { batch, place } = underway;
    batch.stops[place] = reason;
    this.#release([underway]);
    if (batch.open.length > 0) return;
    this.#batches.delete(batch.id);
    this.#values.detach(batch);
  }

  /** What is said of them from now on is not heard. */
  #release(those: readonly Underway[]): void {
    const ids = those.filter(one => this.#byId.get(one.call.id) === one).map(({ call }) => call.id);
    for (const id of ids) this.#byId.delete(id);
    if (ids.length > 0) this.#host.released(ids);
  }

  resume(id: number): void {
    this.#byId.get(id)?.line?.resume();
  }

  tell(id: number, wire: unknown[]): void {
    this.#byId.get(id)?.line?.tell(wire);
  }

  takes(value: unknown): boolean {
    return isElsewhere(value) && isKeptBy(value, this.#values);
  }

  async close(): Promise<void> {
    const left = [...this.#batches.keys()];
    for (const batch of this.#batches.values()) batch.closeLines();
    this.#batches.clear();
    this.#byId.clear();
    this.#gathered.clear();
    this.#stopping.close();
    await this.#post.close(left);
    await this.#values.close();
  }

  #send(isLate: boolean): void {
    const mayWait = !isLate && this.#ahead.isPlenty(this.#byId.size);
    const batches = this.#gathered.batches(
      (task, calls) => this.#ahead.together(task, calls + this.#byId.size),
      call => this.#alone.delete(call.id),
      (call, batch) => this.#add(call, batch),
      mayWait,
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
    if (!this.#values.hasAny) this.#sendNow(batch);
    else {
      this.#values.attach(batch).then(
        () => this.#sendNow(batch),
        error => this.#notSent(batch, "failed", error as Error),
      );
    }
  }

  #sendNow(batch: Batch): void {
    if (!this.#batches.has(batch.id)) return;
    batch.isSent = true;
    batch.heardAt = performance.now();
    this.#post.send(batch).catch(error => this.#notSent(batch, "crashed", error as Error));
  }

  #notSent(batch: Batch, state: Attempt["state"], error: Error): void {
    if (!this.#batches.delete(batch.id)) return;
    this.#values.detach(batch);
    // It may be the inputs of one of them.
    if (state === "failed" && batch.open.length > 1) this.#resend(batch, "what it went with could not be sent");
    else this.#fail(batch, ({ call: { id } }) => ({ id, state, error, ms: 0, worker: -1 }));
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
    if (batch.worker !== worker && worker !== "") this.#take(batch, worker);
    const attempts: Attempt[] = [];
    const lost: number[] = [];
    const stopped: Underway[] = [];
    const places = ends.map(([place]) => place);
    this.#taking.begin(batch, places);
    for (const [place, said] of ends) {
      const underway = isBegun(said) ? null : batch.take(place);
      if (underway === null || this.#byId.get(underway.call.id) !== underway) continue;
      underway.line?.close();
      if (isLost(said) && !underway.cancelled) lost.push(underway.call.id);
      else {
        const attempt = attemptIn(underway, said, this.#taking.numberOf(worker), this.#values);
        if (underway.cancelled && attempt.state !== "completed") {
          stopped.push(underway);
          continue;
        }
        if (attempt.ms > 0) this.#ahead.learn(batch.task, attempt.ms);
        if (underway.call.isRead && isElsewhere(attempt.value)) {
          void this.#read(underway, attempt, attempt.value);
          continue;
        }
        attempts.push(attempt);
      }
      this.#byId.delete(underway.call.id);
    }
    if (batch.left === 0) this.#close(batch);
    if (attempts.length > 0) this.#host.done(attempts);
    this.#release(stopped);
    if (lost.length > 0) this.#lose(lost, `its worker ${worker} died`, batch.calls.length > 1);
    this.#rest();
  }

  /** Its result is read here at once, so that it is not to stay where it is. */
  async #read(underway: Underway, attempt: Attempt, value: Packed): Promise<void> {
    const { id } = underway.call;
    const read: Attempt = await fetched(value).then(
      value => ({ ...attempt, value }),
      error => ({ id, state: "crashed", error: error as Error, ms: attempt.ms, worker: attempt.worker }),
    );
    if (this.#byId.get(id) !== underway) return;
    this.#byId.delete(id);
    this.#host.done([read]);
  }

  #take(batch: Batch, worker: string): void {
    this.#untaken.taken(batch.task);
    this.#taking.take(batch, worker);
    for (const question of batch.early.splice(0)) this.#answer(question);
  }

  /** What asks has begun. */
  #answer(question: Question): void {
    const batch = this.#batches.get(question.batch);
    if (batch !== undefined) this.#taking.begin(batch, [question.place]);
    this.#answers.answer(question);
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
    this.#values.detach(batch);
    this.#post.forget(batch.id);
  }

  /** What was not heard: words get lost. */
  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      await this.#values.live();
      for (const question of await this.#post.questions()) this.#hear(question);
      const now = performance.now();
      const silent = [...this.#batches.values()].filter(({ isSent, heardAt }) => isSent && now - heardAt >= SILENCE);
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
    else if (state === "queued") this.#untaken.waits(batch.task, performance.now() - batch.heardAt);
    if (!this.#batches.has(id) || ["pending", "queued", "running"].includes(state)) return;
    // It has ended, and will say nothing more.
    this.#close(batch);
    if (state === "cancelled") this.#fail(batch, cancelledOutside);
    else this.#resend(batch, "its job was removed");
    this.#rest();
  }

  #resend(batch: Batch, reason: string): void {
    const ids = batch.open.map(({ call }) => call.id);
    for (const each of ids) this.#byId.delete(each);
    batch.closeLines();
    if (ids.length > 0) this.#lose(ids, reason, batch.calls.length > 1);
  }

  #rest(): void {
    this.#post.hold(this.#batches.size > 0 || !this.#gathered.isEmpty);
  }
}
