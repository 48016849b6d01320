/** One HTTP request and its whole answer, within bounds of time and size. */
import { Trouble } from "./trouble.ts";

export interface Asked {
  readonly method: "GET" | "HEAD" | "PUT" | "DELETE";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
  /** Bytes of the longest answer. */
  readonly limit: number;
  /** Milliseconds without news after which the server counts as out of reach. */
  readonly patience: number;
}

export interface Answer {
  readonly status: number;
  /** Owns its memory. */
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Bytes a millisecond that an upload must reach: `fetch` does not tell how far it is. */
const SLOWEST_UPLOAD = 256;

/** A connection that was kept alive may end as it is used again. */
const STALE = new Set(["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"]);

/** @throws Trouble of kind `unreachable`, or `unexpected` for an answer beyond the limit. */
export async function exchange(asked: Asked): Promise<Answer> {
  try {
    return await once(asked);
  } catch (error) {
    if (!STALE.has(codeOf(error))) throw asTrouble(error, asked.patience);
  }
  try {
    return await once(asked);
  } catch (error) {
    throw asTrouble(error, asked.patience);
  }
}

async function once({ method, url, headers, body, limit, patience }: Asked): Promise<Answer> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), patience + Math.ceil((body?.length ?? 0) / SLOWEST_UPLOAD));
  try {
    // A redirect could take the token to somebody else.
    const init: RequestInit = { method, headers, signal: abort.signal, redirect: "manual" };
    const response = await fetch(url, body === undefined ? init : { ...init, body });
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body ?? []) {
      timer.refresh();
      size += chunk.length;
      if (size > limit) throw new Trouble("unexpected", `an answer is longer than the ${limit} bytes that it may have`);
      chunks.push(chunk);
    }
    const whole = new Uint8Array(size);
    let at = 0;
    for (const chunk of chunks) {
      whole.set(chunk, at);
      at += chunk.length;
    }
    return { status: response.status, body: whole };
  } finally {
    clearTimeout(timer);
    abort.abort();
  }
}

function asTrouble(error: unknown, patience: number): Trouble {
  if (error instanceof Trouble) return error;
  const name = (error as { name?: unknown }).name;
  const what = name === "AbortError" ? `no answer in ${patience / 1000} s` : codeOf(error) || String(error);
  return unreachable(what);
}

export function unreachable(what: string): Trouble {
  const remedy = "Calls run as if it held nothing, and it is tried again after 30 s. Check the address and its server.";
  return new Trouble("unreachable", `it cannot be reached (${what})`, remedy);
}

function codeOf(error: unknown): string {
  const cause = (error as { cause?: { code?: unknown } } | null)?.cause;
  return typeof cause?.code === "string" ? cause.code : "";
}
