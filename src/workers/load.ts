/**
 * Finds tasks by importing the modules that define them.
 *
 * A script whose top level calls a flow parks there in a worker, so its import may never settle. Then loading is
 * over when the task is known, or when nothing moves any more.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type Parked, shared } from "../task/shared.ts";
import type { Address } from "./protocol.ts";
import { importUser, loaderAtWork, type Namespace } from "./typescript.ts";
import { explainFailure, explainMissing, hasFile } from "./unreachable.ts";

type TaskFunction = (...inputs: never[]) => unknown;

/** How far a module's import came. */
export type Loaded =
  | { readonly state: "loaded"; readonly namespace: Namespace }
  | { readonly state: "failed"; readonly error: unknown }
  /** It, or a module that it imports, waits for a call that parked. */
  | { readonly state: "parked" };

/** How long nothing must move, in milliseconds, until loading counts as over, and how long that is waited for. */
interface Patience {
  readonly calm: number;
  readonly limit: number;
}

/** After how long, in milliseconds, the user is told that a module is still being loaded. */
export const LONG_LOAD = 10_000;

export function stillLoading({ module, name }: Address): string {
  return `heddle: ${module ?? name} is still being loaded after ${LONG_LOAD / 1_000} s; does its top level await something that never comes?\n`;
}

let loads = 0;

/** Tells, once, of a call that parks while no module is loaded: a timer or a detached function made it. */
export function tellOfStray(place: string, tell: (text: string) => void): void {
  const next = shared.onPark;
  let told = false;
  shared.onPark = parked => {
    next?.(parked);
    if (loads > 0 || told) return;
    told = true;
    tell(`${parked.call} at ${parked.where} was called outside a flow in ${place}; it will never settle`);
  };
}

/** Where a module is to be imported from, if not from where it lies for the coordinator. */
let placeOf: ((module: string) => Promise<string>) | null = null;

export function placeModules(place: (module: string) => Promise<string>): void {
  placeOf = place;
}

async function importPlaced(url: string, address: Address): Promise<Loaded> {
  try {
    const module = await placeOf!(url);
    return await importOrPark(module, { ...address, module });
  } catch (error) {
    return { state: "failed", error };
  }
}

/** Finds the functions of tasks; each module is imported once, and its failure reported to every task in it. */
export class Loader {
  readonly #modules = new Map<string, Promise<Loaded>>();

  /** @throws UnreachableTaskError, ModuleLoadError */
  async find(address: Address): Promise<TaskFunction> {
    const known = shared.definitions.get(address.identity);
    if (known !== undefined) return known.fn;
    const loaded = hasFile(address) ? await this.#load(address.module, address) : null;
    const found = shared.definitions.get(address.identity);
    if (found !== undefined) return found.fn;
    if (loaded?.state === "failed") throw explainFailure(address, loaded.error);
    throw explainMissing(address, loaded?.state === "parked" ? shared.parked : []);
  }

  #load(url: string, address: Address): Promise<Loaded> {
    const before = this.#modules.get(url);
    const loaded = before ?? (placeOf === null ? importOrPark : importPlaced)(url, address);
    if (before === undefined) this.#modules.set(url, loaded);
    return loaded;
  }
}

/**
 * Imports a user's module for the command line: heddle calls at its top level park, so that the command decides what
 * to run.
 *
 * `namespace` is null when the module waits for such a call; `parked` are all the calls that parked meanwhile.
 */
export async function importModule(url: string): Promise<{ namespace: Namespace | null; parked: readonly Parked[] }> {
  shared.mode = "loading";
  const before = shared.parked.length;
  const loaded = await importOrPark(url, null);
  if (loaded.state === "failed") throw loaded.error;
  return {
    namespace: loaded.state === "loaded" ? loaded.namespace : null,
    parked: shared.parked.slice(before),
  };
}

async function importOrPark(url: string, address: Address | null): Promise<Loaded> {
  const before = shared.parked.length;
  const baseline = activity();
  let ended: Loaded | null = null;
  const importing = importUser(url).then(
    (namespace): Loaded => ({ state: "loaded", namespace }),
    (error): Loaded => ({ state: "failed", error }),
  );
  loads += 1;
  try {
    const watched = importing.then(loaded => {
      ended = loaded;
    });
    await Promise.race([watched, somethingParked()]);
    const began = performance.now();
    let calmSince = began;
    while (ended === null) {
      const { calm, limit } = patience(address, shared.parked.slice(before));
      const now = performance.now();
      if (busier(activity(), baseline)) calmSince = now;
      if (now - calmSince >= calm || now - began >= limit) return { state: "parked" };
      await Promise.race([watched, sleep(1)]);
    }
    return ended;
  } finally {
    loads -= 1;
  }
}

/** A task that is known can run once its own module has come to a stop; one that is not may still come. */
function patience(address: Address | null, parked: readonly Parked[]): Patience {
  const known = address !== null && shared.definitions.has(address.identity);
  if (known && parked.some(({ module }) => module === address.module)) return { calm: 0, limit: 0 };
  if (known) return { calm: 5, limit: 1_000 };
  return { calm: loaderAtWork() ? 750 : 50, limit: 5_000 };
}

const waiting = new Set<() => void>();
let hooked = false;

/** Resolves when a call has parked in this process, at once if one has before. */
function somethingParked(): Promise<void> {
  if (shared.parked.length > 0) return Promise.resolve();
  if (!hooked) hook();
  return new Promise(resolve => waiting.add(resolve));
}

function hook(): void {
  hooked = true;
  const next = shared.onPark;
  shared.onPark = parked => {
    for (const resolve of waiting) resolve();
    waiting.clear();
    next?.(parked);
  };
}

/** What keeps the event loop busy, by kind. */
function activity(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

function busier(now: Map<string, number>, before: Map<string, number>): boolean {
  for (const [kind, count] of now) if (count > (before.get(kind) ?? 0)) return true;
  return false;
}
