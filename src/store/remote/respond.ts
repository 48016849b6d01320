/** One request to a cache's server, and its answer. */
import { open } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { Digest } from "../../codec/digest.ts";
import type { CallKey } from "../entry.ts";
import type { Access } from "./access.ts";
import { MAX_DOCUMENT, readDocument } from "./document.ts";
import { type Files, Refusal } from "./files.ts";
import { isDigest, isKey, isValueKey, type ValueKey } from "./names.ts";

export interface Desk {
  readonly files: Files;
  readonly access: Access;
  readonly maxBlob: number;
  readonly signed: boolean;
}

type Target = { readonly blob: Digest } | { readonly entry: CallKey } | { readonly value: ValueKey } | "about";

/** Never rejects. */
export async function respond(desk: Desk, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    await serve(desk, request, response);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    // Whoever asked has gone, or the answer is half said: there is nobody, or no way, to tell.
    if (response.headersSent || request.errored || response.destroyed) response.destroy();
    else if (error instanceof Refusal) refuse(response, error.status, error.message);
    else refuse(response, code === "ENOSPC" ? 507 : 500, code ?? "an error of the server");
  }
}

async function serve(desk: Desk, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const access = desk.access.of(request.headers.authorization);
  const { method, url = "" } = request;
  if (access === "none") {
    response.setHeader("www-authenticate", "Bearer");
    throw new Refusal(401, "a token is needed, and this is none that is known here");
  }
  const target = targetOf(url);
  if (target === undefined) throw new Refusal(404, "there is no such address");
  if (method === "GET" || method === "HEAD") {
    if (target !== "about") return await send(desk, target, method, response);
    const about = { heddle: 1, signed: desk.signed, write: access === "write", maxBlob: desk.maxBlob };
    return reply(response, 200, about);
  }
  const allowed = target === "about" ? [] : "value" in target ? ["PUT", "DELETE"] : ["PUT"];
  if (target === "about" || method === undefined || !allowed.includes(method)) {
    response.setHeader("allow", ["GET", "HEAD", ...allowed].join(", "));
    throw new Refusal(405, "this cannot be done here");
  }
  if (access !== "write") throw new Refusal(403, "this token is for reading");
  if (method === "DELETE" && "value" in target) {
    await desk.files.removeValue(target.value);
    return reply(response, 200, {});
  }
  await take(desk, target, request, response);
}

/** Of the address as it was sent, undecoded: it is one of these forms to the letter, or nothing. */
function targetOf(url: string): Target | undefined {
  if (url === "/v1") return "about";
  const [, kind, name] = /^\/v1\/(blobs|entries|values)\/([0-9a-f.]+)$/.exec(url) ?? [];
  if (kind === "blobs") return isDigest(name) ? { blob: name } : undefined;
  if (kind === "values") return isValueKey(name) ? { value: name } : undefined;
  return isKey(name) ? { entry: name } : undefined;
}

async function send(
  { files }: Desk,
  target: Exclude<Target, "about">,
  method: "GET" | "HEAD",
  response: ServerResponse,
): Promise<void> {
  const path = pathOf(files, target);
  const file = await open(path, "r").catch((error: NodeJS.ErrnoException) => {
    throw error.code === "ENOENT" ? new Refusal(404, "it is not here") : error;
  });
  try {
    const { size } = await file.stat();
    const type = "entry" in target ? "application/json" : "application/octet-stream";
    response.writeHead(200, { "content-length": size, "content-type": type });
    if (method === "HEAD" || size === 0) response.end();
    else await pipeline(file.createReadStream({ end: size - 1, autoClose: false }), response);
  } finally {
    await file.close();
  }
}

async function take(
  { files, maxBlob, signed }: Desk,
  target: Exclude<Target, "about">,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const limit = "entry" in target ? MAX_DOCUMENT : maxBlob;
  if (Number(request.headers["content-length"] ?? 0) > limit) throw new Refusal(413, `the limit is ${limit} bytes`);
  // Left open where reading stops early, or nobody could be told why.
  const body = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  if ("blob" in target) await files.putBlob(target.blob, body, limit);
  if ("value" in target) await files.putValue(target.value, body, limit);
  if (!("entry" in target)) return reply(response, 201, {});
  const text = await textOf(body, limit);
  const document = readDocument(text, target.entry);
  if (typeof document === "string") throw new Refusal(422, document);
  if (signed && !isDigest(document.signature)) throw new Refusal(422, "entries must be signed here");
  if (await files.putEntry(target.entry, text)) return reply(response, 201, {});
  throw new Refusal(409, "another entry is here, and stays");
}

function pathOf(files: Files, target: Exclude<Target, "about">): string {
  if ("blob" in target) return files.blobPath(target.blob);
  return "value" in target ? files.valuePath(target.value) : files.entryPath(target.entry);
}

async function textOf(body: AsyncIterable<Buffer>, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limit) throw new Refusal(413, `the limit is ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function reply(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { "content-length": Buffer.byteLength(text), "content-type": "application/json" });
  response.end(text);
}

/** Ends the connection too if the rest of a body would be endless. */
function refuse(response: ServerResponse, status: number, problem: string): void {
  if (status === 413) response.setHeader("connection", "close");
  reply(response, status, { problem });
}
