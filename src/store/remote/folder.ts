/** A folder that machines share, laid out as that of a cache's server. */
import { constants } from "node:fs";
import { access, readFile, stat } from "node:fs/promises";
import { Files } from "./files.ts";
import { isValueKey, type ValueKey } from "./names.ts";
import type { About, Place } from "./place.ts";
import { Trouble } from "./trouble.ts";

/** Holds values alone. */
export class FolderPlace implements Place {
  readonly name: string;
  #files: Promise<Files> | null = null;

  constructor(folder: string) {
    this.name = folder;
  }

  async about(): Promise<About> {
    await this.#opened();
    return { signed: false, write: true, maxBlob: Number.POSITIVE_INFINITY };
  }

  async get(name: string, limit: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const path = (await this.#opened()).valuePath(keyIn(name));
    try {
      const { size } = await stat(path);
      if (size > limit) throw new Trouble("unexpected", `${path} is longer than the ${limit} bytes that it may have`);
      const bytes = await readFile(path);
      return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw asTrouble(error);
    }
  }

  async has(name: string): Promise<boolean> {
    const path = (await this.#opened()).valuePath(keyIn(name));
    return (await stat(path).catch(() => null)) !== null;
  }

  async put(name: string, body: Uint8Array<ArrayBuffer>): Promise<void> {
    const files = await this.#opened();
    await files.putValue(keyIn(name), [body], Number.POSITIVE_INFINITY).catch(error => {
      throw asTrouble(error);
    });
  }

  async remove(name: string): Promise<void> {
    const files = await this.#opened();
    await files.removeValue(keyIn(name)).catch(error => {
      throw asTrouble(error);
    });
  }

  /** It is not made: where a disk is not mounted, each machine would have a folder of its own. */
  #opened(): Promise<Files> {
    this.#files ??= open(this.name).catch(error => {
      this.#files = null;
      throw asTrouble(error);
    });
    return this.#files;
  }
}

async function open(folder: string): Promise<Files> {
  if (!(await stat(folder)).isDirectory()) throw new Trouble("unexpected", "it is not a folder");
  // Where nothing can be written, Node finds that what is to be made there is missing.
  await access(folder, constants.W_OK);
  return Files.open(folder);
}

function keyIn(name: string): ValueKey {
  const key = name.slice(name.lastIndexOf("/") + 1);
  if (isValueKey(key)) return key;
  throw new Trouble("unexpected", `${name} is no name of a value`);
}

function asTrouble(error: unknown): Trouble {
  if (error instanceof Trouble) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return new Trouble("unreachable", "there is no such folder on this machine");
  if (code === "EACCES" || code === "EROFS" || code === "EPERM") return new Trouble("readOnly", message);
  return new Trouble(code === "ENOSPC" || code === "EDQUOT" ? "unreachable" : "unexpected", message);
}
