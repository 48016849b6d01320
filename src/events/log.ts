import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { packCalls, packDurations, unpackCalls, unpackDurations } from "./columns.ts";
import type { EventReader, HeddleEvent } from "./event.ts";
import { jsonText } from "./json.ts";

const version = 1;
const chunk = 256 * 1024;
const flushEvery = 100;

/** The log of one run, while it is written. */
export interface RunLog {
  /** Throws once, when the log cannot be written; the bus then detaches it and warns. */
  readonly reader: EventReader;
  /** Writes what is buffered and closes the file; never rejects. */
  close(): Promise<void>;
  readonly path: string;
}

/** Logs not yet closed: a process that ends early still writes what they have buffered. */
const openLogs = new Set<LogFile>();

function writeOpenLogs(): void {
  for (const file of openLogs) file.end();
}

/**
 * Writes the events of a run to `<root>/.heddle/runs/<runId>/events.jsonl`: a line that carries the version of the
 * format, then one line per event, with columns packed.
 */
export function runLog(root: string, runId: string): RunLog {
  const folder = join(root, ".heddle", "runs", runId);
  const path = join(folder, "events.jsonl");
  const file = new LogFile(root, folder, path, `${JSON.stringify({ heddle: "run", version, run: runId })}\n`);
  return {
    path,
    reader(events) {
      for (const event of events) {
        file.add(`${jsonText(packed(event))}\n`);
        if (event.type === "runEnded") file.write();
      }
      file.check();
    },
    close() {
      file.end();
      return Promise.resolve();
    },
  };
}

/** Appends text in big pieces: synchronous, so that the order holds and a busy event loop cannot let it pile up. */
class LogFile {
  readonly #place: { readonly root: string; readonly folder: string; readonly path: string };
  #descriptor: number | undefined;
  #buffer: string;
  #timer: NodeJS.Timeout | undefined;
  #failure: Error | undefined;
  #closed = false;

  constructor(root: string, folder: string, path: string, header: string) {
    this.#place = { root, folder, path };
    this.#buffer = header;
  }

  add(line: string): void {
    if (this.#closed) return;
    this.#buffer += line;
    if (this.#buffer.length >= chunk) this.write();
    else this.#timer ??= setTimeout(() => this.write(), flushEvery).unref();
  }

  write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#closed || this.#buffer === "") return;
    try {
      this.#descriptor ??= this.#open();
      const bytes = Buffer.from(this.#buffer);
      for (let done = 0; done < bytes.length; ) done += writeSync(this.#descriptor, bytes, done);
      this.#buffer = "";
    } catch (error) {
      this.#failure = new Error(`the log of this run is incomplete (${this.#place.path})`, { cause: error });
      if (error instanceof Error) this.#failure.message += `: ${error.message}`;
      this.#closeFile();
    }
  }

  check(): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
  }

  end(): void {
    this.write();
    this.#closeFile();
  }

  #open(): number {
    const { root, folder, path } = this.#place;
    mkdirSync(folder, { recursive: true });
    keepOutOfGit(join(root, ".heddle", ".gitignore"));
    const descriptor = openSync(path, "a");
    if (openLogs.size === 0) process.once("exit", writeOpenLogs);
    openLogs.add(this);
    return descriptor;
  }

  #closeFile(): void {
    clearTimeout(this.#timer);
    this.#closed = true;
    this.#buffer = "";
    openLogs.delete(this);
    if (openLogs.size === 0) process.off("exit", writeOpenLogs);
    if (this.#descriptor === undefined) return;
    try {
      closeSync(this.#descriptor);
    } catch {
      // Already reported, or nothing that could still be done about it.
    }
    this.#descriptor = undefined;
  }
}

/** Puts a file beside others that tells git to leave them alone, unless there is one. */
export function keepOutOfGit(path: string): void {
  try {
    writeFileSync(path, "*\n", { flag: "wx" });
  } catch {
    // It is there already, or the write of the log itself will say what is wrong.
  }
}

function packed(event: HeddleEvent): object {
  switch (event.type) {
    case "started":
    case "cached":
      return { ...event, calls: packCalls(event.calls) };
    case "completed":
      return { ...event, calls: packCalls(event.calls), ms: packDurations(event.ms) };
    default:
      return event;
  }
}

/**
 * Reads a log back, event by event. Durations of columns come back as whole microseconds. A last line that was cut off
 * when its process was killed is left out.
 *
 * @throws SyntaxError for a file that is no log, or is damaged before its last line.
 */
export async function* readRunLog(path: string): AsyncGenerator<HeddleEvent, void, undefined> {
  const file = await open(path);
  try {
    let number = 0;
    let torn: unknown;
    for await (const line of file.readLines()) {
      number++;
      if (torn !== undefined) throw torn;
      if (number === 1) {
        checkHeader(line, path);
        continue;
      }
      let event: HeddleEvent;
      try {
        event = unpacked(JSON.parse(line));
      } catch (error) {
        torn = new SyntaxError(`Line ${number} of ${path} is damaged`, { cause: error });
        continue;
      }
      yield event;
    }
  } finally {
    await file.close();
  }
}

function checkHeader(line: string, path: string): void {
  let header: { heddle?: unknown; version?: unknown } | undefined;
  try {
    header = JSON.parse(line);
  } catch {}
  if (header?.heddle !== "run") throw new SyntaxError(`${path} is not the log of a run`);
  if (header.version !== version) {
    throw new SyntaxError(
      `${path} was written in version ${header.version} of the format; this heddle reads version ${version}`,
    );
  }
}

type Packed<E> = Omit<E, "calls" | "ms"> & { readonly calls: string; readonly ms: string };

function unpacked(line: HeddleEvent): HeddleEvent {
  if (typeof line !== "object" || line === null || typeof line.type !== "string") throw new SyntaxError("not an event");
  if (line.type === "started" || line.type === "cached") {
    const { calls } = line as unknown as Packed<typeof line>;
    return { ...line, calls: unpackCalls(calls) };
  }
  if (line.type === "completed") {
    const { calls, ms } = line as unknown as Packed<typeof line>;
    return { ...line, calls: unpackCalls(calls), ms: unpackDurations(ms) };
  }
  return line;
}
