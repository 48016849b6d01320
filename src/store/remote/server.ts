/** The server of a shared cache: files in a folder, over HTTP. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, isIP } from "node:net";
import { resolve } from "node:path";
import { OptionError } from "../../errors.ts";
import { Access } from "./access.ts";
import { Files } from "./files.ts";
import { MAX_BLOB } from "./place.ts";
import { type Desk, respond } from "./respond.ts";

export interface ServeOptions {
  /** Made if it is not there. */
  readonly folder: string;
  /** Default: any that is free. */
  readonly port?: number;
  /** Default 127.0.0.1; any other address needs a token. */
  readonly host?: string;
  /** For reading and writing. */
  readonly token?: string;
  /** For reading alone. */
  readonly readToken?: string;
  /** Bytes of the largest blob; default 1 GiB. */
  readonly maxBlob?: number;
  /** Takes signed entries only. It does not know the secret: readers check. */
  readonly signed?: boolean;
}

export interface ServedStore {
  readonly url: string;
  /** Lets requests that are under way end, for at most 5 s. */
  close(): Promise<void>;
}

const LOOPBACK = /^(127\.|::1$|localhost$)/;
/** Milliseconds for the largest upload. */
const UPLOAD = 60 * 60 * 1000;
const GRACE = 5_000;

/** @throws OptionError for options that cannot work, among them a port that is taken. */
export async function serveStore(options: ServeOptions): Promise<ServedStore> {
  const { host = "127.0.0.1", port = 0, token, readToken, maxBlob = MAX_BLOB, signed = false } = options;
  if (!LOOPBACK.test(host) && token === undefined && readToken === undefined) {
    const hint = "Give a token, or listen on 127.0.0.1 behind a proxy that knows who may.";
    throw optionError(`other machines reach ${host}, and anybody could write results`, hint);
  }
  if (token === "" || readToken === "") {
    throw optionError("a token is empty", "Give one that is hard to guess, such as 32 random digits.");
  }
  const files = await Files.open(resolve(options.folder)).catch((error: Error) => {
    throw optionError(`its folder cannot be used: ${error.message}`, "Name a folder that can be written.");
  });
  const desk: Desk = { files, access: new Access(token, readToken), maxBlob, signed };
  const underWay = new Set<Promise<void>>();
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const done = respond(desk, request, response).finally(() => underWay.delete(done));
    underWay.add(done);
  };
  const server = createServer({ requestTimeout: UPLOAD, keepAliveTimeout: 60_000 }, handle);
  await new Promise<void>((listening, failed) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const problem = error.code === "EADDRINUSE" ? `port ${port} is taken` : error.message;
      failed(optionError(problem, "Choose another port or host, or end what listens there."));
    });
    server.listen(port, host, listening);
  });
  const { address, port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${isIP(address) === 6 ? `[${address}]` : address}:${bound}`,
    async close() {
      const closed = new Promise<void>(resolve => server.close(() => resolve()));
      server.closeIdleConnections();
      const grace = new Promise<void>(resolve => setTimeout(resolve, GRACE).unref());
      await Promise.race([Promise.allSettled(underWay), grace]);
      server.closeAllConnections();
      await closed;
    },
  };
}

function optionError(problem: string, hint: string): Error {
  return new OptionError({ where: "cache server", problem, hint });
}
