/**
 * Captures what running calls write, by async context, as the stream of a killed worker loses its last lines and as
 * calls that run at once write into one stream.
 *
 * `console` needs nothing of its own: it writes to the two streams.
 */
import type { CallSink } from "../task/context.ts";
import { shared } from "../task/shared.ts";

type StreamName = "stdout" | "stderr";
type Sink = (stream: StreamName, chunk: string | Uint8Array) => void;
/** Where text goes that no call wrote: through to the stream, untouched, or to a sink. */
export type Fallthrough = "pass" | Sink;

type Done = (error?: Error | null) => void;
type Write = (chunk: string | Uint8Array, encoding?: BufferEncoding | Done, callback?: Done) => boolean;
interface Writable {
  write: Write;
}

let installed: Installed | null = null;
let installs = 0;

/**
 * Captures from now on; gives the function that ends it. Nested installs are counted, and the first one's fallthrough
 * counts.
 */
export function installCapture(fallthrough: Fallthrough): () => void {
  installed ??= new Installed(fallthrough);
  installs += 1;
  let active = true;
  return () => {
    if (!active) return;
    active = false;
    installs -= 1;
    if (installs > 0) return;
    installed?.undo();
    installed = null;
  };
}

class Installed {
  readonly #undo: (() => void)[];

  constructor(fallthrough: Fallthrough) {
    this.#undo = [patch("stdout", fallthrough), patch("stderr", fallthrough), catchWarnings(fallthrough)];
  }

  undo(): void {
    for (const undo of this.#undo) undo();
  }
}

function patch(name: StreamName, fallthrough: Fallthrough): () => void {
  const stream = process[name] as unknown as Writable;
  const original = stream.write;
  const own = Object.hasOwn(stream, "write");
  let active = true;
  const write: Write = (chunk, encoding, callback) => {
    const call = active ? shared.ambient.getStore()?.call : undefined;
    if (call === undefined && (!active || fallthrough === "pass")) {
      return original.call(stream, chunk, encoding, callback);
    }
    const done = typeof encoding === "function" ? encoding : callback;
    give(call?.sink, fallthrough, name, decoded(chunk, encoding));
    if (typeof done === "function") process.nextTick(done);
    return true;
  };
  stream.write = write;
  return () => {
    active = false;
    // Somebody may have patched it after us: then ours stays in the chain and passes everything on.
    if (stream.write !== write) return;
    if (own) stream.write = original;
    else Reflect.deleteProperty(stream, "write");
  };
}

function give(sink: CallSink | undefined, fallthrough: Fallthrough, name: StreamName, chunk: string | Uint8Array) {
  if (sink !== undefined) (sink.output as Sink).call(sink, name, chunk);
  else if (fallthrough !== "pass") fallthrough(name, chunk);
}

/** A string in an encoding such as "hex" stands for bytes. */
function decoded(chunk: string | Uint8Array, encoding: BufferEncoding | Done | undefined): string | Uint8Array {
  if (typeof chunk !== "string") {
    if (ArrayBuffer.isView(chunk)) return chunk;
    throw new TypeError("The chunk to write must be a string, a Buffer, a TypedArray or a DataView");
  }
  const plain = typeof encoding !== "string" || /^(utf-?8|buffer)$/i.test(encoding);
  return plain ? chunk : Buffer.from(chunk, encoding);
}

/** Warnings of a running call go to it; others are printed, as Node would, or go where other text goes. */
function catchWarnings(fallthrough: Fallthrough): () => void {
  const printers = process.listeners("warning").filter(({ name }) => name === "onWarning");
  for (const printer of printers) process.off("warning", printer);
  const listener = (warning: Error) => {
    const call = shared.ambient.getStore()?.call;
    if (call !== undefined) call.sink.warning(warning.name, warning.message);
    else if (fallthrough !== "pass") fallthrough("stderr", `${warning.name}: ${warning.message}\n`);
    else for (const printer of printers) printer.call(process, warning);
  };
  process.on("warning", listener);
  const undo = catchAtOnce();
  return () => {
    undo();
    process.off("warning", listener);
    for (const printer of printers) process.on("warning", printer);
  };
}

type EmitWarning = (warning: string | Error, options?: unknown, ...rest: unknown[]) => void;

/** Node tells of a warning a tick later, when the call that gave rise to it may have ended. */
function catchAtOnce(): () => void {
  const holder = process as { emitWarning: EmitWarning };
  const original = holder.emitWarning;
  const emitWarning: EmitWarning = (warning, options, ...rest) => {
    const call = shared.ambient.getStore()?.call;
    if (call === undefined) original.call(process, warning, options, ...rest);
    else if (warning instanceof Error) call.sink.warning(warning.name, warning.message);
    else call.sink.warning(typeOf(options), String(warning));
  };
  holder.emitWarning = emitWarning;
  return () => {
    if (holder.emitWarning === emitWarning) holder.emitWarning = original;
  };
}

function typeOf(options: unknown): string {
  const type = typeof options === "object" && options !== null ? Reflect.get(options, "type") : options;
  return typeof type === "string" ? type : "Warning";
}
