/** One bridge for all sessions of a run that use the same cluster; another one where that was lost. */
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import type { PackedValue } from "../../codec/packed.ts";
import { readFrame } from "../../codec/whole-frame.ts";
import { fromWire } from "../../codec/wire.ts";
import { LostResultError } from "../../errors.ts";
import { entry, inheritedFlags } from "../../platform.ts";
import type { Host } from "../../task/runner.ts";
import { writeSetup } from "../protocol.ts";
import { CodeSource } from "../travel/code.ts";
import { Lending } from "../travel/lending.ts";
import { Bridge, type BridgeListener } from "./bridge.ts";
import type { ClusterSettings } from "./engine.ts";
import { brokenBy, endedEarly } from "./failure.ts";
import { message } from "./messages.ts";
import type { Keeper } from "./references.ts";
import { keepSpare, takeSpare } from "./spares.ts";
import { Unmanned } from "./unmanned.ts";

/** A timer that never fires keeps the process alive while values are on their way. */
const FOREVER = 2 ** 31 - 1;

/** How often in a row a bridge may be lost before it has given anything. */
const LOSSES = 3;

export interface LinkUser {
  said(operation: string, ref: number, operands: readonly unknown[]): void;
  slots(count: number): void;
  /** All that was under way is lost. */
  lost(reason: string): void;
  broken(error: Error): void;
  warn(text: string): void;
}

interface Fetch {
  readonly resolve: (value: PackedValue) => void;
  readonly reject: (error: Error) => void;
}

export class Link implements Keeper {
  readonly settings: ClusterSettings;
  readonly code: CodeSource;
  readonly lending: Lending;
  readonly #first: Uint8Array;
  /** What a bridge of another run has to have in common with this one's. */
  readonly #key: string;
  readonly #users = new Set<LinkUser>();
  readonly #owners = new Map<number, LinkUser>();
  readonly #fetches = new Map<number, Fetch[]>();
  readonly #alive = setInterval(() => {}, FOREVER).unref();
  /** The first reference of this bridge and run: those before it are lost. */
  #since: number;
  #refs: number;
  /** The last number of a call that workers were told. */
  seq = 0;
  /** The engine can have several calls in one task. */
  batches = false;
  #slots = 0;
  readonly #unmanned = new Unmanned(
    () => this.#owners.size > 0,
    text => this.#warn(text),
  );
  #losses = 0;
  #ready = false;
  /** The bridge was another run's. */
  #isSpare = false;
  #broken: Error | null = null;
  #bridge: Bridge;

  constructor(settings: ClusterSettings, { runId, dirs }: Host) {
    this.settings = settings;
    this.code = new CodeSource(settings.code);
    this.lending = new Lending(this.code);
    const setup: unknown[] = [];
    const { init } = settings;
    writeSetup({ runId, concurrency: 1, init, parent: process.pid, dirs, memory: Number.POSITIVE_INFINITY }, setup);
    this.#first = message(setup);
    this.#key = JSON.stringify([settings.python, settings.bridge, settings.cluster]);
    this.#bridge = this.#start(takeSpare(this.#key));
    this.#refs = this.#bridge.refs;
    this.#since = this.#refs + 1;
  }

  attach(user: LinkUser): void {
    this.#users.add(user);
    if (this.#broken !== null) user.broken(this.#broken);
    else if (this.#slots > 0) user.slots(this.#slots);
  }

  /** Resolves when the user is gone, and with the last one the bridge. */
  async detach(user: LinkUser): Promise<boolean> {
    this.#users.delete(user);
    if (this.#users.size > 0) return false;
    // From now on the bridge is not spoken to of this run's references.
    this.#since = Number.POSITIVE_INFINITY;
    this.#bridge.refs = this.#refs;
    if (this.settings.rests && this.#ready && this.#broken === null) await keepSpare(this.#key, this.#bridge);
    else await this.#bridge.close();
    clearInterval(this.#alive);
    this.#unmanned.stop();
    for (const fetches of this.#fetches.values())
      for (const { reject } of fetches) reject(new Error("the run has ended"));
    return true;
  }

  /** A number for a task that the engine is about to get. */
  reference(user: LinkUser): number {
    this.#refs += 1;
    this.#owners.set(this.#refs, user);
    return this.#refs;
  }

  say(operation: string, ...operands: unknown[]): void {
    this.#bridge.say(operation, ...operands);
  }

  /** Nothing more is to be heard of it. */
  settle(ref: number, keeps: boolean): void {
    this.#owners.delete(ref);
    if (!keeps) this.release(ref);
  }

  release(ref: number): void {
    if (ref >= this.#since) this.say("release", ref);
  }

  fetch(ref: number): Promise<PackedValue> {
    if (ref < this.#since || this.#broken !== null) return Promise.reject(this.#lostResult("its bridge was lost"));
    return new Promise((resolve, reject) => {
      const waiting = this.#fetches.get(ref);
      if (waiting !== undefined) waiting.push({ resolve, reject });
      else {
        this.#fetches.set(ref, [{ resolve, reject }]);
        this.#alive.ref();
        this.say("fetch", ref);
      }
    });
  }

  #start(spare?: Bridge): Bridge {
    const { settings } = this;
    const listener: BridgeListener = {
      said: (operation, operands) => bridge === this.#bridge && this.#said(operation, operands),
      ended: (cause, words, missing) => this.#ended(cause, words, missing),
    };
    const bridge: Bridge = spare ?? new Bridge(settings.python, settings.bridge, listener);
    bridge.listener = listener;
    this.#isSpare = spare !== undefined;
    const { url, flags } = entry("bridged");
    const worker = {
      node: settings.node,
      flags: [...inheritedFlags(), ...flags],
      entry: fileURLToPath(url),
      env: settings.env,
      small: settings.small,
    };
    const name = `heddle-${randomBytes(6).toString("hex")}`;
    bridge.say("open", JSON.stringify({ ...settings.cluster, name, worker }), this.#first);
    return bridge;
  }

  #said(operation: string, operands: readonly unknown[]): void {
    const [first, second] = operands;
    if (operation === "slots") this.#grow(first as number);
    else if (operation === "ready") this.#opened(operands[2] === true);
    else if (operation === "warning") this.#warn(String(first));
    else if (operation === "failed") this.#failed(String(first), String(second));
    else if (operation === "broken") this.#lose(String(first));
    else if (operation === "value") this.#fetched(first as number, second as Uint8Array);
    else if (operation === "no value") this.#notFetched(first as number, String(second));
    else {
      this.#losses = 0;
      this.#owners.get(first as number)?.said(operation, first as number, operands.slice(1));
    }
  }

  #opened(batches: boolean): void {
    this.#ready = true;
    this.batches = batches;
  }

  #grow(count: number): void {
    this.#slots = count;
    this.#unmanned.slots(count);
    for (const user of this.#users) user.slots(count);
  }

  #warn(text: string): void {
    this.#users.values().next().value?.warn(text);
  }

  /** What was connected may be so no more. */
  #failed(kind: string, text: string): void {
    if (this.#isSpare) this.#lose(text);
    else this.#break(brokenBy(this.settings, kind, text));
  }

  #ended(cause: string, words: string, missing: boolean): void {
    if (this.#broken !== null) return;
    if (!this.#ready && !this.#isSpare) this.#break(endedEarly(this.settings, cause, words, missing));
    else this.#lose(`the bridge ended: ${cause}`);
  }

  /** Goes on with another bridge. */
  #lose(reason: string): void {
    this.#losses += 1;
    if (this.#losses > LOSSES) {
      this.#break(brokenBy(this.settings, "lost", reason));
      return;
    }
    void this.#bridge.close();
    this.#since = this.#refs + 1;
    this.#owners.clear();
    this.#ready = false;
    this.batches = false;
    this.#slots = 0;
    for (const ref of [...this.#fetches.keys()]) this.#notFetched(ref, reason);
    this.#bridge = this.#start();
    for (const user of this.#users) user.lost(reason);
  }

  #break(error: Error): void {
    this.#broken = error;
    for (const ref of [...this.#fetches.keys()]) this.#notFetched(ref, error.message);
    for (const user of this.#users) user.broken(error);
  }

  #fetched(ref: number, bytes: Uint8Array): void {
    const value = fromWire(readFrame(bytes, `a worker of ${this.settings.name}`), { at: 0 });
    for (const { resolve } of this.#taken(ref)) resolve(value);
  }

  #notFetched(ref: number, problem: string): void {
    for (const { reject } of this.#taken(ref)) reject(this.#lostResult(problem));
  }

  #taken(ref: number): readonly Fetch[] {
    const fetches = this.#fetches.get(ref) ?? [];
    this.#fetches.delete(ref);
    if (this.#fetches.size === 0) this.#alive.unref();
    return fetches;
  }

  #lostResult(problem: string): Error {
    return new LostResultError({ task: "a call", path: `the cluster of ${this.settings.name}`, problem });
  }
}
