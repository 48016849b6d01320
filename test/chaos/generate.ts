/** The round of a seed. */
import { randomOf } from "../store/random.ts";
import type { Act, Call, ChannelFault, CustomFault, PlaceName, Round, RunPlan } from "./round.ts";

export const PLACES: readonly PlaceName[] = ["threads", "processes", "perWorker", "perCall", "custom", "inline"];

/** What each place can survive: what ends a process ends inline, and on threads, the coordinator. */
const ACTS: Readonly<Record<PlaceName, readonly Act[]>> = {
  inline: ["throws", "waits", "prints"],
  threads: ["throws", "exits", "later", "hangs", "waits", "spins", "prints"],
  processes: ["throws", "exits", "dies", "dies", "later", "hangs", "waits", "spins", "scribbles", "prints"],
  perCall: [
    "throws",
    "exits",
    "dies",
    "later",
    "prints",
    "throws",
    "exits",
    "dies",
    "later",
    "hangs",
    "waits",
    "spins",
  ],
  perWorker: ["throws", "exits", "dies", "later", "hangs", "waits", "spins", "prints"],
  custom: ["throws", "exits", "dies", "waits"],
};
const CHANNEL: Readonly<Record<"perCall" | "perWorker", readonly ChannelFault["kind"][]>> = {
  perCall: ["flips", "drops", "cuts", "scribbles", "delays", "refuses", "empties"],
  perWorker: ["flips", "drops", "cuts", "stalls", "scribbles", "delays", "refuses", "empties"],
};
const CUSTOM: readonly CustomFault[] = ["rejects", "flips", "flipsIn", "cuts", "empties", "delays"];
/** Attempts beyond those that are to go wrong, for what happens to a call by the way. */
const SPARE = 6;
/** Acts that only a time-out ends. */
const ENDLESS: readonly Act[] = ["hangs", "waits", "spins"];
const TIMEOUT: Readonly<Record<PlaceName, number>> = {
  inline: 150,
  threads: 400,
  processes: 500,
  perCall: 3_000,
  perWorker: 2_000,
  custom: 4_000,
};

/** More bytes than it takes to set a worker up. */
const SET_UP = 1_000;

type Random = ReturnType<typeof dice>;

function dice(seed: number) {
  const below = randomOf(seed);
  // The first numbers of neighbouring seeds are much alike.
  for (let i = 0; i < 8; i++) below(2);
  return {
    below,
    once: (of: number) => below(of) === 0,
    from: <T>(choices: readonly T[]): T => choices[below(choices.length)]!,
  };
}

export function roundOf(seed: number): Round {
  const random = dice(seed);
  const place = PLACES[seed % PLACES.length]!;
  const cache = !random.once(4);
  const several = place === "threads" || place === "processes" || place === "inline";
  const limits = limitsOf(random);
  const scene = { place, cache, limits, random, parent: null };
  // There each call starts a process, or three.
  const isSlow = place === "perCall" || place === "custom";
  const size = isSlow ? 3 + random.below(3) : 6 + random.below(9);
  const calls = Array.from({ length: size }, (_, at) => callOf(scene, String(at), at, 0));
  const cancels = random.once(3) ? [{ call: random.below(size), ms: random.below(120) }] : [];
  const isCommand = place === "perCall" || place === "perWorker";
  return {
    seed,
    place,
    workers: isSlow ? 2 + random.below(2) : 1 + random.below(3),
    concurrency: several ? 1 + random.below(2) : 1,
    recycling: recyclingOf(random),
    cache,
    journal: random.once(3),
    limits,
    calls,
    cancels,
    channel: isCommand ? Array.from({ length: random.below(3) }, () => channelFault(random, CHANNEL[place])) : [],
    custom: place === "custom" ? Array.from({ length: 6 }, () => (random.once(3) ? random.from(CUSTOM) : null)) : [],
    runs: runsOf(random, cache),
  };
}

interface Scene {
  readonly place: PlaceName;
  readonly cache: boolean;
  readonly limits: Round["limits"];
  readonly random: Random;
  readonly parent: Call["kind"] | null;
}

function callOf(scene: Scene, id: string, before: number, depth: number): Call {
  const { place, cache, limits, random, parent } = scene;
  const isSlow = place === "perCall" || place === "custom";
  const kind = depth === (isSlow ? 1 : 2) || !random.once(4) ? "work" : random.once(4) ? "group" : "nest";
  const isFlow = kind === "group";
  const labels: Record<string, number> = {};
  for (const [label, limit] of Object.entries(limits)) {
    if (isFlow || label === "work" || !random.once(2)) continue;
    labels[label] = typeof limit === "number" ? 1 + random.below(limit) : 1;
  }
  const hold = kind === "nest" && depth === 0 && labels["a"] !== undefined && random.once(2) ? ["a"] : [];
  // What is called within has no more than what is held.
  const within = hold.length > 0 ? { ...scene, limits: { a: labels["a"]! } } : scene;
  const children =
    kind === "work"
      ? []
      : Array.from({ length: 1 + random.below(3) }, (_, at) =>
          callOf({ ...within, parent: kind }, `${id}.${at}`, 0, depth + 1),
        );
  const bad = kind === "work" && random.once(14);
  // What a flow calls directly runs in the coordinator, which has to survive it.
  const direct = parent === "nest" && random.once(4);
  const possible = ACTS[place].filter(act => (kind === "nest" || direct ? !ENDLESS.includes(act) : true));
  const acts =
    isFlow || bad || !random.once(6) ? [] : [random.from(possible), ...(random.once(3) ? [random.from(possible)] : [])];
  return {
    id,
    kind,
    inputs: Array.from({ length: before === 0 ? 0 : random.below(3) }, () => random.below(before)),
    children,
    acts,
    bad,
    ms: random.once(3) ? 0 : random.below(15),
    pad: random.once(4) ? random.below(60_000) : random.below(200),
    dir: !isFlow && random.once(6),
    labels,
    hold,
    cached: cache && random.once(2),
    retries: bad ? random.below(2) : acts.length + SPARE,
    timeout: timeoutOf(place, kind, acts),
    restart: !random.once(8),
    direct,
    twin: depth === 0 && hold.length === 0 && random.once(6),
  };
}

function timeoutOf(place: PlaceName, kind: Call["kind"], acts: Call["acts"]): number | null {
  // Where bytes may be lost, only a time-out tells that nothing more comes.
  const mayStall = place === "perWorker" || place === "perCall";
  if (!mayStall && !acts.some(act => ENDLESS.includes(act))) return null;
  return kind === "nest" ? 10 * TIMEOUT[place] : TIMEOUT[place];
}

function limitsOf(random: Random): Round["limits"] {
  const limits: Record<string, Round["limits"][string]> = {};
  if (!random.once(4)) limits["a"] = 1 + random.below(3);
  if (random.once(2)) limits["b"] = 1 + random.below(2);
  if (random.once(4)) limits["r"] = { rate: 2 + random.below(3), per: 150 };
  if (random.once(4)) limits["work"] = 1 + random.below(3);
  return limits;
}

function recyclingOf(random: Random): Round["recycling"] {
  return {
    ...(random.once(3) ? { maxCallsPerWorker: 1 + random.below(4) } : {}),
    ...(random.once(4) ? { idleTimeout: 10 + random.below(50) } : {}),
  };
}

function channelFault(random: Random, kinds: readonly ChannelFault["kind"][]): ChannelFault {
  // After a worker has been set up: if that is lost, it waits for ever.
  return { kind: random.from(kinds), side: random.from(["in", "out"]), at: SET_UP + random.below(5_000) };
}

function runsOf(random: Random, cache: boolean): readonly RunPlan[] {
  const disturbed = (together: boolean): RunPlan => ({
    end: random.once(4)
      ? null
      : { signal: random.once(4) ? "SIGTERM" : "SIGKILL", turns: random.below(30), ms: random.below(30) },
    fill: cache && random.once(4) ? { turns: random.below(20), left: random.from([0, 20_000, 60_000]) } : null,
    together,
  });
  const runs: RunPlan[] = [];
  const count = random.below(3);
  for (let at = 0; at < count; at++) runs.push(disturbed(at > 0 && random.once(3)));
  return [...runs, { end: null, fill: null, together: count > 0 && random.once(4) }];
}
