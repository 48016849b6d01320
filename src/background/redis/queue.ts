/**
 * The queue in Redis: workers on any machine. What is known of a job is heddle's own, changed by acts that are scripts;
 * BullMQ decides who gets it, when, and who has lost it.
 */
import { digestBytes } from "../../codec/digest.ts";
import type { ValueKey } from "../../store/remote/names.ts";
import { newJobId } from "../job-id.ts";
import { called, cancelledEnd, upstreamEnd } from "../outcome.ts";
import type {
  JobFacts,
  JobFilter,
  JobsWaiting,
  NewJob,
  Queue,
  Schedule,
  Service,
  Serving,
  Standing,
} from "../queue.ts";
import { calledBy } from "../remote.ts";
import { Waiting } from "../waiting.ts";
import { Connection, loadBull, loadRedis } from "./connection.ts";
import { Ears, type News } from "./ears.ts";
import { type Handed, Lines } from "./lines.ts";
import { Parcels } from "./parcels.ts";
import { type RedisPlace, readPlace } from "./place.ts";
import { FACTS, type Given, jobFrom, lineOf, type RedisJob } from "./record.ts";
import { Server } from "./server.ts";
import { Timetable } from "./timetable.ts";

const PAGE = 200;
/** What lies in the outbox for so long was left there by who died; in milliseconds. */
const OVERDUE = 2_000;

export class RedisQueue implements Queue {
  readonly place: string;
  readonly where: RedisPlace;
  readonly connection: Connection;
  readonly bull: typeof import("bullmq");
  readonly lines: Lines;
  readonly timetable: Timetable;
  /** What of jobs is large. */
  readonly parcels: Parcels;
  readonly #ears: Ears;
  readonly #waiting: Waiting;
  readonly #servers = new Set<Server>();

  /** @throws StoreError, MissingPackageError, OptionError */
  static async open(place: string): Promise<RedisQueue> {
    const where = readPlace(place);
    const [redis, bull] = await Promise.all([loadRedis(), loadBull()]);
    const connection = new Connection(where, redis);
    await connection.use(client => client.ping());
    return new RedisQueue(where, connection, redis, bull);
  }

  private constructor(
    where: RedisPlace,
    connection: Connection,
    redis: typeof import("ioredis").Redis,
    bull: typeof import("bullmq"),
  ) {
    this.place = where.shown;
    this.where = where;
    this.connection = connection;
    this.bull = bull;
    this.lines = new Lines(connection, bull);
    this.timetable = new Timetable(this);
    this.parcels = new Parcels(connection, where);
    this.#waiting = new Waiting(this, () => this.#ears.listen());
    this.#ears = new Ears(where, redis, connection, news => this.#hear(news));
  }

  /** `stops`: of calls of a run, which are not to be run, and why. */
  async add(job: NewJob, stops: RedisJob["stops"] = {}): Promise<string> {
    const { id = newJobId(Date.now()), inputs, idempotencyKey } = job;
    const { task, name, queue, priority, notBefore, options, restart, after } = job;
    const key = idempotencyKey === null ? "" : digestBytes(`${task} ${idempotencyKey}`);
    // Of calls, each input is seen to by itself.
    const isCalls = calledBy(task) !== null;
    const what = `the inputs of ${called(name, id)}`;
    const parcel = isCalls ? { bytes: inputs, key: "" as const } : await this.parcels.keep(what, inputs);
    const bytes = asBuffer(parcel.bytes);
    const about = [
      JSON.stringify({ task, name, queue, priority, notBefore, options, restart, after } satisfies Given),
      bytes,
      key,
      name,
      notBefore,
      JSON.stringify(after),
      lineOf(job),
      parcel.key,
      Object.keys(stops).length === 0 ? "" : JSON.stringify(stops),
    ];
    const [known, handed] = (await this.connection.act("enterJob", [id, ...about])) as [string, Handed?];
    if (handed !== undefined) await this.hand(handed);
    if (known !== id && parcel.key !== "") await this.#toss(parcel.key);
    return known;
  }

  /** What has to reach BullMQ; if that fails now, workers see to it later. */
  async hand(handed: Handed, alone = false): Promise<void> {
    if (handed.length > 0) await this.connection.use(() => this.lines.hand(handed, alone));
  }

  /** Hands over what somebody left in the outbox; gives whether there was anything. */
  async sweep(): Promise<boolean> {
    const left = (await this.connection.act("leftInOutbox", [OVERDUE, PAGE])) as Handed;
    await this.hand(left);
    return left.length > 0;
  }

  async job(id: string): Promise<RedisJob | null> {
    return jobFrom(id, (await this.connection.act("seeJob", [id, ...FACTS])) as (string | null)[]);
  }

  facts(id: string): Promise<JobFacts | null> {
    return this.job(id);
  }

  async over(ids: readonly string[]): Promise<readonly string[]> {
    const found: string[] = [];
    for (let at = 0; at < ids.length; at += PAGE) {
      found.push(...((await this.connection.act("jobsOver", ids.slice(at, at + PAGE))) as string[]));
    }
    return found;
  }

  async inputsOf(id: string): Promise<Uint8Array | null> {
    const bytes = await this.connection.use(client => client.hgetBuffer(this.#key(id), "inputs"));
    return bytes === null ? null : this.parcels.bring(`the inputs of job ${id}`, bytes);
  }

  async outcome(id: string): Promise<Uint8Array | null> {
    return (await this.standing(id))?.outcome ?? null;
  }

  async standing(id: string): Promise<Standing | null> {
    const fields = ["name", "outcome", "root", "rootName", "rootOutcome"];
    const values = await this.connection.act("seeJob", [id, ...fields], { bytes: true });
    const [name = null, ...how] = values as (Buffer | null)[];
    if (name === null) return null;
    return { name: String(name), outcome: await this.#outcomeIn(id, String(name), how) };
  }

  async #outcomeIn(id: string, name: string, how: readonly (Buffer | null)[]): Promise<Uint8Array | null> {
    const [outcome = null, root = null, rootName, bytes] = how;
    if (root === null) return outcome === null ? null : this.parcels.bring(`the result of job ${id}`, outcome);
    // How the one ended that it needed was copied as it was; what that means for this one is made of it here.
    const known = bytes == null || bytes.byteLength === 0 ? undefined : bytes;
    return upstreamEnd({ name, id }, { name: String(rootName), id: String(root) }, known).bytes;
  }

  async outputOf(id: string): Promise<string> {
    return (await this.connection.use(client => client.hget(this.#key(id), "output"))) ?? "";
  }

  ended(id: string, signal: AbortSignal | null): Promise<Standing | null> {
    return this.#waiting.until(id, signal);
  }

  async cancel(id: string, reason: string): Promise<boolean> {
    const job = await this.job(id);
    if (job === null) return false;
    const { bytes, problem } = cancelledEnd(job, reason);
    const done = await this.connection.act("cancelJob", [id, reason, asBuffer(bytes), problem ?? ""]);
    if (done === 1 && job.state !== "running") await this.connection.use(() => this.lines.drop(id, job.life, job));
    return done === 1;
  }

  async retry(id: string): Promise<boolean> {
    const [done, handed] = (await this.connection.act("retryJob", [id])) as [number, Handed];
    await this.hand(handed);
    await this.#sweep();
    return done === 1;
  }

  async list({ states, queue, task, limit = Number.POSITIVE_INFINITY }: JobFilter): Promise<readonly JobFacts[]> {
    const found: JobFacts[] = [];
    for (let at = 0; found.length < limit; at += PAGE) {
      const ids = await this.connection.use(client => client.zrevrange(this.#all, at, at + PAGE - 1));
      for (const job of await Promise.all(ids.map(id => this.facts(id)))) {
        if (job === null || found.length >= limit) continue;
        if (states !== undefined && !states.includes(job.state)) continue;
        if (queue !== undefined && job.queue !== queue) continue;
        if (task !== undefined && job.name !== task && job.task !== task) continue;
        found.push(job);
      }
      if (ids.length < PAGE) break;
    }
    return found;
  }

  async forget(before: number, troubled?: (error: Error) => void): Promise<number> {
    const key = `${this.connection.keys}ended`;
    const old = await this.connection.use(client => client.zrangebyscore(key, "-inf", `(${before}`));
    let count = 0;
    for (let at = 0; at < old.length; at += PAGE) {
      count += (await this.connection.act("forgetJobs", old.slice(at, at + PAGE))) as number;
    }
    await this.#sweep(troubled);
    return count;
  }

  async #toss(key: ValueKey): Promise<void> {
    await this.parcels.toss(key);
    await this.#sweep();
  }

  /** What cannot be removed now is removed by workers. */
  async #sweep(troubled: (error: Error) => void = () => {}): Promise<void> {
    await this.parcels.sweep().catch(troubled);
  }

  /** Forgets jobs that have ended. */
  async remove(ids: readonly string[]): Promise<void> {
    for (let at = 0; at < ids.length; at += PAGE) {
      await this.connection.act("forgetJobs", ids.slice(at, at + PAGE));
    }
  }

  /** Resolves when what is said on the channel of a run or a worker is heard. */
  listenTo(name: string, heard: (message: Buffer) => void): Promise<void> {
    return this.#ears.listenTo(name, heard);
  }

  leave(name: string): Promise<void> {
    return this.#ears.leave(name);
  }

  /** Hears again, if it does not since a connection was lost. */
  async listen(): Promise<void> {
    await this.#ears.listen();
  }

  async serve(service: Service): Promise<Serving> {
    await this.parcels.blobs.check();
    await this.parcels.record();
    await this.#ears.listen();
    const server = new Server(this, service, () => this.#servers.delete(server));
    this.#servers.add(server);
    this.connection.watcher = service;
    server.open();
    return server;
  }

  waiting(): Promise<readonly JobsWaiting[]> {
    return this.connection.use(() => this.lines.waiting());
  }

  async workers(): Promise<null> {
    return null;
  }

  schedule(schedule: Schedule): Promise<void> {
    return this.timetable.schedule(schedule);
  }

  unschedule(name: string): Promise<boolean> {
    return this.timetable.unschedule(name);
  }

  async schedules(): Promise<readonly Schedule[]> {
    return (await this.timetable.all()).map(({ schedule }) => schedule);
  }

  async close(): Promise<void> {
    for (const server of [...this.#servers]) await server.drain();
    this.connection.watcher = null;
    this.#waiting.close();
    await this.connection.unlessAway(this.lines.close());
    this.#ears.close();
    this.connection.close();
  }

  #hear(news: News): void {
    this.#waiting.hear(news.ended ?? []);
    for (const server of this.#servers) server.hear(news);
  }

  get #all(): string {
    return `${this.connection.keys}all`;
  }

  #key(id: string): string {
    return `${this.connection.keys}job:${id}`;
  }
}

export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
