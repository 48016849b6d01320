/** On the coordinator's side: takes in the files that the result of a call names, where it cannot see them. */
import { mkdirSync } from "node:fs";
import { basename, dirname, join, normalize, sep } from "node:path";
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

export class Landing {
  readonly #host: Host;
  readonly #call: Dispatch;
  readonly #digests: FileDigests;
  /** By the number under which it comes. */
  #coming = new Map<number, { readonly place: string; readonly digest: Digest }>();
  #open: IncomingFile | null = null;
  readonly #taken = new Set<string>();
  #home: string | null = null;

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

  /** Where the files are to lie; null for those that are here. */
  async files(of: string): Promise<unknown[]> {
    const [directory, files] = JSON.parse(of) as [string | null, readonly LeftFile[]];
    const places: (string | null)[] = [];
    for (const [i, file] of files.entries()) {
      const place = (await this.#isHere(file)) ? null : this.#placeOf(file, directory);
      if (place !== null) this.#coming.set(i, { place, digest: file.digest });
      places.push(place);
    }
    return [GIVEN, "files", JSON.stringify(places)];
  }

  /** A piece of a file; the last one, if it says so. */
  take(of: string, bytes: Uint8Array): unknown[] {
    const [number, isLast] = JSON.parse(of) as [number, boolean];
    const coming = this.#coming.get(number);
    if (coming === undefined) throw new ProtocolError({ from: "a worker", problem: "a file that was not asked for" });
    const { place, digest } = coming;
    this.#open ??= new IncomingFile(`${place}.part`, digest, () => place, 0o666);
    this.#open.write(bytes);
    if (!isLast) return [GIVEN, "taken"];
    const whole = this.#open.end();
    this.#open = null;
    if (whole === null) throw new Error("it was changed meanwhile");
    return [GIVEN, "taken"];
  }

  giveUp(): void {
    this.#open?.giveUp();
    this.#open = null;
  }

  async #isHere({ path, digest, size, stamp }: LeftFile): Promise<boolean> {
    const here = stampAt(path);
    if (here === "") return false;
    if (here === stamp) return true;
    return here.endsWith(` ${size}`) && (await this.#digests.soon(path))?.digest === digest;
  }

  #placeOf({ path, size }: LeftFile, directory: string | null): string {
    checkSize(size);
    if (directory !== null && isAt(directory, this.#place)) this.#home ??= this.#made(directory);
    if (
      directory !== null &&
      this.#home === directory &&
      path.startsWith(directory + sep) &&
      normalize(path) === path
    ) {
      mkdirSync(dirname(path), { recursive: true });
      this.#taken.add(path);
      return path;
    }
    this.#home ??= this.#made(makeDirectory(this.#place));
    let place = join(this.#home, basename(path));
    for (let number = 2; this.#taken.has(place); number++) {
      place = join(this.#home, String(number), basename(path));
    }
    mkdirSync(dirname(place), { recursive: true });
    this.#taken.add(place);
    return place;
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
