/**
 * Keeps openings of the index apart from commits. LMDB, as its binding builds it, takes the number of the newest commit
 * from the file when it opens, and some moments later tells it to all processes as the newest: what another commits in
 * between is lost, and pages that it uses are given out again.
 *
 * Each process that writes has a file whose length says that it is committing. Who opens puts up a sign, and waits until
 * nobody is; who wants to commit first says so, and then looks for the sign. One of the two sees the other. None of this
 * takes room on the disk, which may be full.
 */
import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { threadId } from "node:worker_threads";
import { pause } from "./pause.ts";
import { Turnstile } from "./turnstile.ts";
import { isGone, isHere, writerMark } from "./writer.ts";

const SIGN = "opening";
const WRITER = "writer-";
/** Lengths of a writer's file. */
const [IDLE, COMMITTING] = [0, 1];
/** In milliseconds, as all below. */
const PAUSE = 1;
const PATIENCE = 30_000;
/** After so long a process that cannot be looked at, as it is in another container, is taken for dead. */
const FOREIGN_PATIENCE = 2_000;
/** After so long it is worth a look whether who put up the sign has died. */
const DOUBT = 200;
let count = 0;

export class Gate {
  readonly #turnstile: Turnstile;
  readonly #sign: string;
  readonly #path: string;
  #file: number;
  #under = 0;

  private constructor(folder: string, turnstile: Turnstile) {
    this.#turnstile = turnstile;
    this.#sign = join(folder, SIGN);
    this.#path = join(folder, `${WRITER}${writerMark()}.${threadId}.${count++}`);
    this.#file = openSync(this.#path, "w");
  }

  /**
   * Opens an index while nobody commits to it.
   *
   * @throws Error if a process does not come to the end of its commit.
   */
  static pass<T>(folder: string, open: () => T): { gate: Gate; opened: T } {
    const turnstile = new Turnstile(folder);
    try {
      return turnstile.alone(() => {
        const sign = join(folder, SIGN);
        closeSync(openSync(sign, "w"));
        try {
          waitForWriters(folder);
          const gate = new Gate(folder, turnstile);
          try {
            return { opened: open(), gate };
          } catch (error) {
            gate.#shut();
            throw error;
          }
        } finally {
          rmSync(sign, { force: true });
        }
      });
    } catch (error) {
      void turnstile.close();
      throw error;
    }
  }

  /** Whether a commit may begin now. Each that does is to be ended by `leave`. */
  enter(): boolean {
    if (this.#under === 0) this.#show();
    if (!existsSync(this.#sign)) {
      this.#under += 1;
      return true;
    }
    if (this.#under === 0) ftruncateSync(this.#file, IDLE);
    return false;
  }

  #show(): void {
    if (fstatSync(this.#file).nlink === 0) {
      // It was taken for dead, as by who cannot look at it, and nobody sees this file any more.
      closeSync(this.#file);
      this.#file = openSync(this.#path, "w");
    }
    ftruncateSync(this.#file, COMMITTING);
  }

  /** For one more that ends by itself, while one is under way. */
  stay(): void {
    this.#under += 1;
  }

  leave(): void {
    this.#under -= 1;
    if (this.#under === 0) ftruncateSync(this.#file, IDLE);
  }

  /** Does something that commits before it returns, as soon as it may. */
  within<T>(commit: () => T): T {
    // While something is under way here nobody opens, whatever the sign says, and waits for what only this thread ends.
    if (this.#under > 0) this.stay();
    else while (!this.enter()) this.#clear();
    try {
      return commit();
    } finally {
      this.leave();
    }
  }

  /** Resolves when it is worth to try again. */
  async opened(): Promise<void> {
    for (let waited = 0; existsSync(this.#sign); waited += PAUSE) {
      await new Promise(done => setTimeout(done, PAUSE));
      if (waited >= DOUBT && this.#under === 0) this.#clear();
    }
  }

  /** Waits for who is opening the index, and takes down the sign of one that died meanwhile. */
  #clear(): void {
    this.#turnstile.alone(() => rmSync(this.#sign, { force: true }));
  }

  #shut(): void {
    closeSync(this.#file);
    rmSync(this.#path, { force: true });
  }

  async close(): Promise<void> {
    this.#shut();
    await this.#turnstile.close();
  }
}

/** The processes of this machine that are committing, or wait until they may. */
export function committing(folder: string): number[] {
  const pids = readdirSync(folder).flatMap(name => {
    const mark = name.startsWith(WRITER) ? name.slice(WRITER.length) : "";
    const shows = statSync(join(folder, name), { throwIfNoEntry: false })?.size === COMMITTING;
    return isHere(mark) && shows ? [Number(mark.split(".")[1])] : [];
  });
  return [...new Set(pids)];
}

function waitForWriters(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(WRITER)) continue;
    const path = join(folder, name);
    const mark = name.slice(WRITER.length);
    for (let waited = 0; ; waited += PAUSE) {
      if (isGone(mark) || (!isHere(mark) && waited >= FOREIGN_PATIENCE)) rmSync(path, { force: true });
      if (statSync(path, { throwIfNoEntry: false })?.size !== COMMITTING) break;
      if (waited >= PATIENCE) {
        throw new Error(`the process ${mark.split(".")[1]} has been writing to it for ${PATIENCE / 1000} seconds`);
      }
      pause(PAUSE);
    }
  }
}
