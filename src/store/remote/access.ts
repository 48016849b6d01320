import { createHash, timingSafeEqual } from "node:crypto";

/** Who may do what at a cache's server. Without tokens everybody may do everything. */
export class Access {
  readonly #write: Buffer | undefined;
  readonly #read: Buffer | undefined;

  constructor(token: string | undefined, readToken: string | undefined) {
    this.#write = token === undefined ? undefined : digestOf(token);
    this.#read = readToken === undefined ? undefined : digestOf(readToken);
  }

  /** What the header `authorization` of a request allows. */
  of(authorization: string | undefined): "write" | "read" | "none" {
    if (this.#write === undefined && this.#read === undefined) return "write";
    const token = /^Bearer +(\S+) *$/i.exec(authorization ?? "")?.[1];
    if (token === undefined) return "none";
    // Digests have one length, and comparing them takes the same time wherever they differ.
    const given = digestOf(token);
    if (this.#write !== undefined && timingSafeEqual(given, this.#write)) return "write";
    return this.#read !== undefined && timingSafeEqual(given, this.#read) ? "read" : "none";
  }
}

function digestOf(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
