/** On the coordinator's side: takes in the files that the result of a call names, where it cannot see them. */
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { basename, dirname, join, resolve, sep } from "node:path";
import { IncomingFile } from "../../code/incoming-file.ts";
import type { Digest } from "../../codec/digest.ts";
import { ProtocolError } from "../../errors.ts";
import type { FileDigests } from "../../store/file-digests.ts";
import type { Dispatch, Host } from "../../task/runner.ts";
import { isAt, makeDirectory, placeIn } from "../directories.ts";
import { GIVEN } from "../protocol.ts";
import { checkSize } from "./size.ts";
import { stampAt } from "./stamps.ts";

/** A file as the call left it. */
export interface LeftFile {
  readonly path: string;
  readonly digest: Digest;
  /** In bytes. */
  readonly size: number;
  readonly stamp: string;
}

/** One that is to come. */
interface Coming {
  readonly place: string;
  readonly digest: Digest;
  readonly size: number;
  isWhole: boolean;
}

export class Landing {
  readonly #host: Host;
  readonly #call: Dispatch;
  readonly #digests: FileDigests;
  /** By the number under which it comes. */
  readonly #coming = new Map<number, Coming>();
  #open: { readonly coming: Coming; readonly file: IncomingFile } | null = null;
  /** What lies in its directory, or will. */
  readonly #files = new Set<string>();
  readonly #folders = new Set<string>();
  #home: string | null = null;
  #asked: { readonly of: string; readonly answer: Promise<unknown[]> } | null = null;

  constructor(host: Host, call: Dispatch, digests: FileDigests) {
    this.#host = host;
    this.#call = call;
    this.#digests = digests;
  }

  /** Whether the directory that the call has made there can be seen here. */
  directory(of: string): unknown[] {
    const [path, stamp] = JSON.parse(of) as [string, string];
    const isHere = stampAt(path) === stamp;
    if (!isHere && isAt(path, this.#place)) this.#home = this.#made(path);
    return [GIVEN, "directory", isHere];
  }

  /** Where the files are to lie; null for those that are here. Asked again, it says the same. */
  files(of: string): Promise<unknown[]> {
    if (this.#asked?.of !== of) this.#asked = { of, answer: this.#places(of) };
    return this.#asked.answer;
  }

  async #places(of: string): Promise<unknown[]> {
    const [directory, files] = JSON.parse(of) as [string | null, readonly LeftFile[]];
    const places: (string | null)[] = [];
    const abroad: number[] = [];
    for (const [i, file] of files.entries()) {
      const isHere = await this.#isHere(file);
      places.push(isHere ? null : this.#ownPlaceOf(file, directory));
      if (!isHere && places[i] === null) abroad.push(i);
    }
    // Behind those that have their places in it already.
    for (const i of abroad) places[i] = this.#newPlaceOf(files[i]!);
    for (const [i, place] of places.entries()) {
      if (place === null) continue;
      const { digest, size } = files[i]!;
      this.#coming.set(i, { place, digest, size, isWhole: false });
    }
    return [GIVEN, "files", JSON.stringify(places)];
  }

  /** A piece of a file, and where that begins in it; the last one, if it says so. It may be said again. */
  take(of: string, bytes: Uint8Array): unknown[] {
    const [number, isLast, at] = JSON.parse(of) as [number, boolean, number];
    const coming = this.#coming.get(number);
    if (coming === undefined) throw new ProtocolError({ from: "a worker", problem: "a file that was not asked for" });
    if (coming.isWhole) return [GIVEN, "taken"];
    if (this.#open === null && at === 0) this.#open = { coming, file: begin(coming) };
    if (this.#open?.coming !== coming) throw outOfOrder();
    const { file } = this.#open;
    if (at + bytes.byteLength <= file.size && !isLast) return [GIVEN, "taken"];
    if (at !== file.size) throw outOfOrder();
    if (at + bytes.byteLength > coming.size) throw new Error("it has more than was said");
    file.write(bytes);
    if (isLast) this.#end(coming, file);
    return [GIVEN, "taken"];
  }

  #end(coming: Coming, file: IncomingFile): void {
    this.#open = null;
    if (file.end() === null) throw new Error("it was changed meanwhile");
    coming.isWhole = true;
  }

  giveUp(): void {
    this.#open?.file.giveUp();
    this.#open = null;
  }

  /** Nothing else will be taken. */
  close(): void {
    this.giveUp();
    this.#coming.clear();
  }

  async #isHere({ path, digest, size, stamp }: LeftFile): Promise<boolean> {
    const here = stampAt(path);
    if (here === "") return false;
    if (here === stamp) return true;
    if (!here.endsWith(` ${size}`)) return false;
    const found = await this.#digests.soon(path).catch(() => null);
    return found?.digest === digest;
  }

  /** Where it lies there, if that is in the directory of the call. */
  #ownPlaceOf({ path, size }: LeftFile, directory: string | null): string | null {
    checkSize(size);
    if (directory === null) return null;
    if (isAt(directory, this.#place)) this.#home ??= this.#made(directory);
    if (this.#home !== directory || !path.startsWith(directory + sep) || resolve(path) !== path) return null;
    this.#take(path);
    return path;
  }

  /** Another one of the same name lies in a folder of its own. */
  #newPlaceOf({ path }: LeftFile): string {
    const name = basename(path);
    if (name === "" || name === "." || name === "..") throw new Error(`${path} does not name a file`);
    this.#home ??= this.#made(makeDirectory(this.#place));
    for (let number = 1; ; number++) {
      const folder = number === 1 ? this.#home : join(this.#home, String(number));
      const place = join(folder, name);
      if (this.#files.has(folder) || this.#files.has(place) || this.#folders.has(place)) continue;
      this.#take(place);
      return place;
    }
  }

  #take(place: string): void {
    this.#files.add(place);
    for (let at = dirname(place); at !== this.#home; at = dirname(at)) this.#folders.add(at);
    mkdirSync(dirname(place), { recursive: true });
  }

  #made(path: string): string {
    mkdirSync(path, { recursive: true });
    this.#host.directory(this.#call.id, path);
    return path;
  }

  get #place(): string {
    const { dir, task, id, attempt } = this.#call;
    return dir ?? placeIn(this.#host.dirs, task.name, id, attempt);
  }
}

/** A draft has a name that no file of a result has. */
function begin({ place, digest }: Coming): IncomingFile {
  const part = join(dirname(place), `.${randomBytes(8).toString("hex")}.part`);
  return new IncomingFile(part, digest, () => place, 0o666);
}

function outOfOrder(): Error {
  return new ProtocolError({ from: "a worker", problem: "a piece of a file that is not the next one" });
}
