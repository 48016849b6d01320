/**
 * What is not finished yet, or on its way out. Names tell whose it is, so that it goes when its process has died; what
 * cannot be told so goes when it is old.
 */
import { readdirSync, statSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { threadId } from "node:worker_threads";
import type { Places } from "./folder.ts";
import { isGone, writerMark } from "./writer.ts";

/** In milliseconds. */
const ABANDONED = 60 * 60_000;
/** Drafts of this process, of all stores that it opens one after the other. */
let count = 0;

export class Drafts {
  readonly #folder: string;
  #begin: string | null = null;

  constructor({ tmp }: Places) {
    this.#folder = tmp;
  }

  newPath(): string {
    this.#begin ??= `${writerMark()}-${threadId}-${Date.now().toString(36)}`;
    return join(this.#folder, `${this.#begin}-${count++}`);
  }

  /** Removes what processes left that ended before they were done with it. */
  async sweep(): Promise<void> {
    const left: string[] = [];
    for (const name of readdirSync(this.#folder)) {
      const path = join(this.#folder, name);
      if (isGone(name.slice(0, name.indexOf("-"))) || isOld(path)) left.push(path);
    }
    await remove(left);
  }
}

/** What cannot be removed now is removed by a later sweep. */
export async function remove(paths: readonly string[]): Promise<void> {
  for (const path of paths) await rm(path, { recursive: true, force: true }).catch(() => {});
}

function isOld(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat !== undefined && Date.now() - stat.mtimeMs > ABANDONED;
}
