/** `heddle cache serve`: a shared cache for other machines. */
import { parseSize } from "../../config/size.ts";
import { UsageError } from "../../errors.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { type StoreFlags, sharedPlace } from "./store.ts";

export interface ServeFlags extends StoreFlags {
  readonly port?: string;
  readonly host?: string;
  readonly maxBlob?: string;
  readonly signed?: boolean;
}

const PORT = 7480;

export async function serve(flags: ServeFlags): Promise<ExitCode> {
  const place = sharedPlace(flags);
  const { host, maxBlob, signed = false } = flags;
  // Not options: whoever lists the processes of a machine would read them.
  const { HEDDLE_CACHE_TOKEN: token, HEDDLE_CACHE_READ_TOKEN: readToken } = process.env;
  const port = portOf(flags);
  const limit = maxBlob === undefined ? undefined : parseSize(maxBlob, "--max-blob");
  const { serveStore } = await import("../../store/remote/server.ts");
  const ended = signalled();
  const server = await serveStore({
    folder: place.folder,
    port,
    signed,
    ...(host !== undefined && { host }),
    ...(token && { token }),
    ...(readToken && { readToken }),
    ...(limit !== undefined && { maxBlob: limit }),
  });
  if (flags.json === true) process.stdout.write(`${JSON.stringify({ url: server.url, folder: place.folder })}\n`);
  else process.stdout.write(`${server.url}\n`);
  const who = token || readToken ? "those who have the token" : "everybody on this machine";
  process.stderr.write(`heddle: the cache in ${place.shown} is there for ${who}; Ctrl-C ends it\n`);
  await ended;
  await server.close();
  return EXIT.ok;
}

function portOf({ port }: ServeFlags): number {
  if (port === undefined) return PORT;
  if (/^\d{1,5}$/.test(port) && Number(port) <= 65_535) return Number(port);
  throw new UsageError({
    problem: `--port ${port} is not a port`,
    hint: "Give a number up to 65535; 0 takes any that is free.",
  });
}

/** Resolves at the first Ctrl-C or SIGTERM; a second one ends the process as it would without heddle. */
function signalled(): Promise<void> {
  return new Promise(resolve => {
    const end = () => {
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, end);
      resolve();
    };
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, end);
  });
}
