/** How the two sides of the folder of a call read and write it. Files are opened anew each time, as network file systems want it. */
import { appendFileSync, closeSync, openSync, readSync, statSync } from "node:fs";
import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { FrameReader, sealedFrame } from "../../codec/frames.ts";
import { OWN, SCRIPT } from "./call-folder.ts";

/** The exit code of a worker that cannot write there: sysexits.h has it for errors of input and output. */
export const MUTE = 74;

/** Of a file that the command has left, so much is kept, in bytes, and of so many files. */
const LEFT = 64 * 1024;
const MOST_LEFT = 8;

export function appendFrame(path: string, wire: readonly unknown[]): void {
  appendFileSync(path, Buffer.concat(sealedFrame(wire)));
}

/** What is appended to a file, piece by piece. */
export class Tail {
  readonly #path: string;
  #at = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** What has come since; null if nothing. */
  read(): Uint8Array | null {
    let descriptor: number;
    try {
      if (statSync(this.#path).size <= this.#at) return null;
      descriptor = openSync(this.#path, "r");
    } catch {
      return null;
    }
    try {
      const bytes = Buffer.alloc(statSync(this.#path).size - this.#at);
      const count = readSync(descriptor, bytes, 0, bytes.length, this.#at);
      this.#at += count;
      return count === 0 ? null : bytes.subarray(0, count);
    } finally {
      closeSync(descriptor);
    }
  }
}

/** The frames that are appended to a file. */
export class FrameTail {
  readonly #tail: Tail;
  readonly #reader: FrameReader;

  constructor(path: string, from: string) {
    this.#tail = new Tail(path);
    this.#reader = new FrameReader({ from });
  }

  /** Hands out the messages that have come; false if nothing has. */
  read(onMessage: (wire: unknown[]) => void): boolean {
    const bytes = this.#tail.read();
    if (bytes === null) return false;
    this.#reader.push(bytes, onMessage);
    return true;
  }
}

export async function writeScript(folder: string, text: string): Promise<void> {
  await writeFile(join(folder, SCRIPT), text, { mode: 0o755 });
}

/** The texts that the command itself has left in the folder, such as a scheduler's log. */
export async function leftIn(folder: string): Promise<{ readonly name: string; readonly text: string }[]> {
  const left: { name: string; text: string }[] = [];
  for (const name of (await readdir(folder).catch(() => [])).filter(one => !OWN.has(one)).slice(0, MOST_LEFT)) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (found === null || !found.isFile() || found.size === 0 || found.size > 64 * LEFT) continue;
    const bytes = await readFile(path).catch(() => Buffer.alloc(0));
    if (!bytes.includes(0)) left.push({ name, text: bytes.subarray(-LEFT).toString("utf8") });
  }
  return left;
}

export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
}
