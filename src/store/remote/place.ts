/** Where shared entries and blobs lie, whichever protocol leads there. All methods reject with a Trouble. */
export interface Place {
  /** For people. */
  readonly name: string;
  about(): Promise<About>;
  /** Undefined if it is not there. */
  get(name: string, limit: number): Promise<Uint8Array<ArrayBuffer> | undefined>;
  has(name: string): Promise<boolean>;
  /** `keep`: what is there stays. */
  put(name: string, body: Uint8Array<ArrayBuffer>, keep: boolean): Promise<void>;
  /** Only values are removed; that one is not there is as well. */
  remove(name: string): Promise<void>;
}

/** What a shared cache says of itself. */
export interface About {
  /** Entries must be signed. */
  readonly signed: boolean;
  /** Whoever asks may write. */
  readonly write: boolean;
  /** Bytes of the largest blob that it takes. */
  readonly maxBlob: number;
}

export const MAX_BLOB = 1024 ** 3;

/** Undefined for what no shared cache says. */
export function readAbout(body: Uint8Array): About | undefined {
  try {
    const about = JSON.parse(Buffer.from(body).toString()) as Record<string, unknown> | null;
    if (about?.["heddle"] !== 1) return undefined;
    const { signed, write, maxBlob } = about;
    return {
      signed: signed === true,
      write: write !== false,
      maxBlob: typeof maxBlob === "number" ? maxBlob : MAX_BLOB,
    };
  } catch {
    return undefined;
  }
}
