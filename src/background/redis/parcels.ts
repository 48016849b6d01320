/**
 * Inputs and results of jobs, which lie beside Redis where they are large. What is put there stands in the trash first,
 * to be removed some day, until a job says that it is its own; it comes back there when that job is forgotten.
 */
import { BlobError, StoreError } from "../../errors.ts";
import { isValueKey, type ValueKey } from "../../store/remote/names.ts";
import { badEnd, called } from "../outcome.ts";
import type { JobEnd, JobFacts, TakenJob } from "../queue.ts";
import { signedEnd } from "../signature.ts";
import { MOST_IN_REDIS, refBytes, refIn, sizeOf } from "./blob-ref.ts";
import { Blobs, markIn } from "./blobs.ts";
import type { Connection } from "./connection.ts";
import type { RedisPlace } from "./place.ts";

/** In milliseconds: who puts something there, and dies, leaves it for so long. */
const UNCLAIMED = 24 * 60 * 60 * 1_000;
const PAGE = 100;
const ELSEWHERE = Symbol("elsewhere");

export interface Parcel {
  /** What stands in Redis. */
  readonly bytes: Uint8Array;
  /** What lies beside it; empty for nothing. */
  readonly key: ValueKey | "";
}

export class Parcels {
  readonly blobs: Blobs;
  readonly #connection: Connection;
  /** What was not found here, and is not looked for again. */
  readonly #elsewhere = new Set<ValueKey>();
  #recorded: Promise<void> | null = null;

  constructor(connection: Connection, where: RedisPlace) {
    this.#connection = connection;
    this.blobs = Blobs.at(where);
  }

  /** @throws BlobError */
  async keep(what: string, bytes: Uint8Array): Promise<Parcel> {
    if (bytes.byteLength <= this.blobs.above) return { bytes, key: "" };
    const ref = await this.blobs.put(what, bytes, async key => {
      await this.record();
      await this.toss(key, UNCLAIMED);
    });
    return { bytes: refBytes(ref), key: ref.key };
  }

  /** @throws BlobError */
  async bring(what: string, bytes: Uint8Array): Promise<Uint8Array> {
    const ref = refIn(bytes);
    return ref === null ? bytes : this.blobs.get(what, ref);
  }

  /** The job as its worker gets it. */
  taken(job: TakenJob): TakenJob {
    const { facts, inputs, upstream } = job;
    const keep = (end: JobEnd) => this.#keepEnd(facts, end);
    if ([inputs, ...upstream].every(bytes => refIn(bytes) === null)) return { facts, inputs, upstream, keep };
    const size = upstream.reduce((sum, bytes) => sum + sizeOf(bytes), sizeOf(inputs));
    const bring = async () => {
      const results = upstream.map((bytes, i) => this.bring(`the result of job ${facts.after[i]}`, bytes));
      const given = this.bring(`the inputs of ${called(facts.name, facts.id)}`, inputs);
      const [brought, ...others] = await Promise.all([given, ...results]);
      return { inputs: brought, upstream: others };
    };
    return { facts, inputs, upstream, keep, size, bring };
  }

  /** Failures stay in Redis, as jobs that needed this one get a copy. */
  async #keepEnd({ name, id }: JobFacts, end: JobEnd): Promise<JobEnd> {
    const failed = end.state !== "completed";
    if (end.bytes.byteLength <= (failed ? MOST_IN_REDIS : this.blobs.above)) return end;
    try {
      if (failed) throw tooLong(called(name, id), end);
      const { bytes, key } = await this.keep(`the result of ${called(name, id)}`, end.bytes);
      return { ...end, bytes, blob: key };
    } catch (error) {
      const bad = badEnd(name, failed ? end.state : "failed", error as Error);
      return signedEnd(id, { ...bad, output: end.output });
    }
  }

  /** Nobody needs it, in so many milliseconds. */
  async toss(key: ValueKey, inTime = 0): Promise<void> {
    await this.#connection.use(client => client.zadd(this.#trash, Date.now() + inTime, key));
  }

  /** Who finds a value of which this is the place knows how that is called. */
  record(): Promise<void> {
    const { mark, name } = this.blobs;
    if (mark === null) return Promise.resolve();
    this.#recorded ??= this.#connection
      .use(client => client.hset(this.#places, mark, name!))
      .then(
        () => {},
        error => {
          this.#recorded = null;
          throw error;
        },
      );
    return this.#recorded;
  }

  /**
   * Removes what nobody needs.
   *
   * @throws StoreError also if some of it lies elsewhere: that stays known, for who has that place.
   */
  async sweep(): Promise<void> {
    // What cannot be removed stays, and does not keep back what stands behind it.
    let stay = 0;
    let problem: unknown = null;
    let elsewhere: ValueKey[] = [];
    for (;;) {
      const keys = await this.#connection.use(client =>
        client.zrangebyscore(this.#trash, "-inf", Date.now(), "LIMIT", stay, PAGE),
      );
      if (keys.length === 0) break;
      const left = new Map(await this.#removeEach(keys.filter(isValueKey)));
      const gone = keys.filter(key => !left.has(key));
      if (gone.length > 0) await this.#connection.use(client => client.zrem(this.#trash, ...gone));
      stay += left.size;
      const others = [...left].flatMap(([key, reason]) => (reason === ELSEWHERE ? [key as ValueKey] : []));
      elsewhere = [...elsewhere, ...others];
      for (const reason of left.values()) if (reason !== ELSEWHERE) problem ??= reason;
      // Then it is the place that cannot be used.
      if (gone.length === 0 && left.size > others.length) break;
    }
    if (problem !== null) throw problem;
    if (elsewhere.length > 0) throw await this.#otherPlace(elsewhere);
  }

  async #otherPlace(keys: readonly ValueKey[]): Promise<Error> {
    const known = await this.#connection.use(client => client.hgetall(this.#places));
    const names = [...new Set(keys.map(key => known[markIn(key)] ?? "a place that is not known"))];
    const { name } = this.blobs;
    const here = name === null ? "no place for them is named" : `they lie in ${name}`;
    return new StoreError({
      kept: "large values",
      folder: names.join(" and "),
      problem: `of those that nobody needs, ${keys.length} cannot be removed from here, where ${here}`,
      hint: "They stay until a worker or `heddle jobs prune` with that place removes them. Give all who use the queue the same `blobs`.",
    });
  }

  /** Gives those that could not be removed, and why. */
  async #removeEach(keys: readonly ValueKey[]): Promise<(readonly [string, unknown])[]> {
    const removed = await Promise.allSettled(keys.map(key => this.#remove(key)));
    return removed.flatMap((each, i) => {
      if (each.status === "rejected") return [[keys[i]!, each.reason] as const];
      return each.value ? [] : [[keys[i]!, ELSEWHERE] as const];
    });
  }

  async #remove(key: ValueKey): Promise<boolean> {
    if (this.#elsewhere.has(key)) return false;
    const isGone = await this.blobs.remove(key);
    if (!isGone) this.#elsewhere.add(key);
    return isGone;
  }

  /** Removes these; which of them are not to be removed once more, `isAll` says. */
  async remove(keys: readonly ValueKey[], isAll: (key: ValueKey) => boolean): Promise<void> {
    for (let at = 0; at < keys.length; at += PAGE) {
      const page = keys.slice(at, at + PAGE);
      const left = new Map(await this.#removeEach(page));
      const over = page.filter(key => isAll(key) && !left.has(key));
      if (over.length > 0) {
        await this.#connection.unlessAway(this.#connection.use(client => client.zrem(this.#trash, ...over)));
      }
      // Then it is the place that cannot be used.
      if (left.size === page.length && [...left.values()].some(reason => reason !== ELSEWHERE)) return;
    }
  }

  /** The same for what runs have left that are gone: after the server was away, none was heard for so long. */
  async abandon(silence: number): Promise<void> {
    if (this.blobs.name !== null && this.#connection.isSettled) await this.#connection.act("abandonValues", [silence]);
  }

  get #places(): string {
    return `${this.#connection.keys}places`;
  }

  get #trash(): string {
    return `${this.#connection.keys}trash`;
  }
}

function tooLong(what: string, { bytes, problem }: JobEnd): Error {
  return new BlobError({
    what: `the failure of ${what}`,
    size: `${bytes.byteLength} bytes`,
    problem: `cannot lie in Redis; it began: ${problem ?? ""}`,
    hint: "Let the task throw an error that holds less.",
  });
}
