/** The places that each case runs in, and the words in which cases are written. */
import { Worker } from "node:worker_threads";
import {
  type CallState,
  defineRunner,
  type EventReader,
  type FlowOptions,
  type Future,
  flow,
  type HeddleEvent,
  inline,
  processes,
  type Resolved,
  type Runner,
  run,
  startRun,
  threads,
} from "heddle";
import { afterAll, onTestFinished, test } from "vitest";
import { Channel } from "../channel/channel.ts";
import { type EngineName, engines, type MakeRunner } from "./engines.ts";

export type PlaceName = "inline" | "threads" | "processes" | "custom" | "ray" | EngineName;

/**
 * Dask is not among them, as a case takes a second of the processor there; those that show what crosses its border, and
 * how, are `throughout`. Ray is where Dask is, but only in `test/engines/ray.test.ts`, and of the files that this imports:
 * each file would start a bridge and Ray's workers, which take seconds of the processor. Left out are those of files, as Ray's
 * nodes of other machines have none of them, of the cache, of limits and of maps, which the coordinator decides by itself.
 */
export const everywhere: readonly PlaceName[] = ["inline", "threads", "processes", "custom", "redis"];
export const throughout: readonly PlaceName[] = [...everywhere, "dask", "ray"];
/** With more calls at once than the tests' Ray cluster has CPUs. */
export const throughoutButRay: readonly PlaceName[] = throughout.filter(place => place !== "ray");
/** Of what Dask would take too long for, but Ray does not. */
export const everywhereAndRay: readonly PlaceName[] = [...everywhere, "ray"];
/** Where values cross a border. */
export const abroad: readonly PlaceName[] = throughout.filter(place => place !== "inline");
/** Without engines: for what the coordinator and its store decide by themselves, and for calls by the thousand. */
export const here: readonly PlaceName[] = everywhere.filter(place => place !== "redis");
/** Where tasks can call tasks. */
export const calling: readonly PlaceName[] = everywhere;
export const callingThroughout: readonly PlaceName[] = throughout;
/** Where heddle owns the workers. */
export const pools: readonly PlaceName[] = ["threads", "processes"];

/** What a case has at hand: one place, and a channel to the tasks that run there. */
export interface Bench {
  readonly place: PlaceName;
  readonly channel: Channel;
  /** What tasks need to find the channel. */
  readonly at: string;
  runner(workers?: number, concurrency?: number): Runner | string;
  /** Runs a function as a flow in this place. */
  run<R>(body: () => R | PromiseLike<R>, options?: FlowOptions): Promise<Resolved<R>>;
  /** The same, with all its events. */
  watch(
    body: () => unknown,
    runner?: Runner | string,
  ): { readonly result: Promise<unknown>; readonly witness: Witness };
}

/** The check says "none" for a second Node: what engines do is the same on each. */
const ENGINES = process.env["HEDDLE_ENGINES"];

let onRay: MakeRunner | null = null;

/** From now on cases are for Ray alone. */
export function onlyOnRay(make: MakeRunner): void {
  onRay = make;
}

/** One case: what it is called, where it makes sense, and what must hold. */
export function on(places: readonly PlaceName[], title: string, check: (bench: Bench) => Promise<unknown>): void {
  const isEngine = (place: PlaceName) => place === "redis" || place === "dask";
  const tried = places.filter(
    place => (place === "ray") === (onRay !== null) && (!isEngine(place) || ENGINES !== "none"),
  );
  test.for(tried)(`${title} · %s`, async (place, { skip }) => {
    const make =
      place === "redis" || place === "dask" ? await engines[place]() : place === "ray" ? onRay! : local[place];
    if (typeof make === "string") return skip(make);
    const channel = await Channel.open();
    onTestFinished(() => channel.close());
    const runner: Bench["runner"] = (workers, concurrency = 1) => make(workers, concurrency);
    await check({
      place,
      channel,
      at: channel.address,
      runner,
      run: (body, options = {}) => run({ runner: runner(), ...options }, opensOnError(body, channel)),
      watch: (body, where = runner()) => watch(opensOnError(body, channel), where),
    });
  });
}

/** Resolves when a call is in this state, of which the coordinator may hear later than the test. */
export async function becomes(future: Future<unknown> | undefined, state: CallState): Promise<void> {
  while (future?.state !== state) await new Promise(setImmediate);
}

/** Collects the events of a run. */
export class Witness {
  readonly events: HeddleEvent[] = [];
  readonly read: EventReader = events => {
    this.events.push(...events);
  };

  /** What a call printed. */
  printed(call: number, stream: "stdout" | "stderr" = "stdout"): string {
    const texts = this.of("output").filter(event => event.call === call && event.stream === stream);
    return texts.map(({ text }) => text).join("");
  }

  of<T extends HeddleEvent["type"]>(type: T): Extract<HeddleEvent, { type: T }>[] {
    return this.events.filter((event): event is Extract<HeddleEvent, { type: T }> => event.type === type);
  }
}

/** An expectation that fails in a flow's body is not to wait for tasks that wait for the test. */
function opensOnError<R>(body: () => R, channel: Channel): () => R {
  const open = (error: unknown): never => {
    channel.passAll();
    throw error;
  };
  return () => {
    try {
      const returned = body();
      return returned instanceof Promise ? (returned.catch(open) as R) : returned;
    } catch (error) {
      return open(error);
    }
  };
}

let watched = 0;

function watch(body: () => unknown, runner: Runner | string): ReturnType<Bench["watch"]> {
  const witness = new Witness();
  const target = flow(`watched ${++watched}`, body);
  const { result } = startRun(target, [], { runner, readers: [witness.read], quiet: true });
  result.catch(() => {});
  return { result, witness };
}

const local: Readonly<Record<Exclude<PlaceName, EngineName | "ray">, MakeRunner>> = {
  inline: (workers, concurrency) => inline(workers === undefined ? {} : { concurrency: workers * concurrency }),
  threads: (workers = 2, concurrency) => threads({ workers, concurrency }),
  processes: (workers = 2, concurrency) => processes({ workers, concurrency }),
  custom: (workers = 2, concurrency) =>
    defineRunner({ name: "custom", workers: workers * concurrency, run: elsewhere }),
};

interface Said {
  readonly kind: "ask" | "outcome";
  readonly number: number;
  readonly question: number;
  readonly bytes: Uint8Array;
}

const farSides: Worker[] = [];
let calls = 0;

/** Two threads that take any number of calls each. */
function elsewhere(
  bytes: Uint8Array,
  { signal, answer }: { readonly signal: AbortSignal; readonly answer: (bytes: Uint8Array) => Promise<Uint8Array> },
): Promise<Uint8Array> {
  const number = ++calls;
  if (farSides.length < 2) farSides.push(startFarSide());
  const far = farSides[number % farSides.length]!;
  return new Promise(resolve => {
    const abort = () => far.postMessage({ kind: "abort", number });
    const listen = (said: Said) => {
      if (said.number !== number) return;
      if (said.kind === "ask") {
        void answer(said.bytes).then(given => far.postMessage({ kind: "answer", number: said.question, bytes: given }));
        return;
      }
      signal.removeEventListener("abort", abort);
      far.off("message", listen);
      resolve(said.bytes);
    };
    far.on("message", listen);
    signal.addEventListener("abort", abort, { once: true });
    far.postMessage({ kind: "call", number, bytes });
  });
}

function startFarSide(): Worker {
  const far = new Worker(new URL("../fixtures/cases/far-side.mjs", import.meta.url));
  far.setMaxListeners(0);
  return far;
}

afterAll(async () => {
  await Promise.all(farSides.map(far => far.terminate()));
});
