/**
 * What a worker runs that a command has started, and which is spoken to by its standard streams. It moves those aside
 * before anything else, so that what the task, native code or child processes print cannot be taken for messages.
 */
import { spawn, spawnSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { Socket } from "node:net";
import { isatty, ReadStream, WriteStream } from "node:tty";
import { fileURLToPath } from "node:url";
import { FrameReader } from "../../codec/frames.ts";
import { markedFrame } from "../command/marked.ts";
import { endUnheard, flushBeforeEnd } from "../leaving.ts";
import { Server } from "../serve.ts";
import { endWith } from "../watch.ts";

interface Streams {
  readonly input: number;
  readonly output: number;
}

const [mark = "", ...aside] = process.argv.slice(2);

/** The streams as others; null where the system has no names for them, as for sockets. */
function movedAside(): Streams | null {
  if (aside.length > 0) return { input: 3, output: 4 };
  try {
    const streams = { input: openSync("/proc/self/fd/0", "r"), output: openSync("/proc/self/fd/1", "w") };
    // A file that is opened gets the lowest number that is free.
    closeSync(0);
    openSync("/dev/null", "r");
    closeSync(1);
    openErrors();
    return streams;
  } catch {
    return null;
  }
}

function openErrors(): void {
  try {
    openSync("/proc/self/fd/2", "w");
  } catch {
    openSync("/dev/null", "w");
  }
}

/** How often is looked whether this one's parent is still there, in milliseconds. */
const LOOK = 250;

/** Another process does the work: it inherits the streams under other numbers, and has them alone. */
function handOver(): void {
  const args = [...process.execArgv, fileURLToPath(import.meta.url), mark, "aside"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", 2, 2, 0, 1] });
  closeSync(0);
  closeSync(1);
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) child.kill("SIGKILL");
  }, LOOK).unref();
  child.on("error", () => process.exit(1));
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.kill(process.pid, signal);
  });
}

/** Under `srun --unbuffered` a stream is a terminal, which must be told to pass on bytes as they are. */
function isRawTerminal(descriptor: number): boolean {
  if (!isatty(descriptor)) return false;
  const { error, status } = spawnSync("stty", ["raw", "-echo"], { stdio: [descriptor, "ignore", "ignore"] });
  if (error === undefined && status === 0) return true;
  throw new Error("the worker's stream is a terminal that stty cannot set up: leave out the option that makes it one");
}

function serve({ input, output }: Streams): void {
  /** The terminal sends Ctrl-C to the whole group; the coordinator decides when its workers end. */
  process.on("SIGINT", () => {});
  const from = isRawTerminal(input)
    ? new ReadStream(input)
    : new Socket({ fd: input, readable: true, writable: false });
  const to = isRawTerminal(output)
    ? new WriteStream(output)
    : new Socket({ fd: output, readable: false, writable: true });
  const reader = new FrameReader({ from: "the coordinator" });
  const send = (wire: unknown[]) => {
    to.cork();
    for (const part of markedFrame(mark, wire)) to.write(part);
    to.uncork();
  };
  const parent = process.ppid;
  const server = new Server(send, { claim: () => true }, { begins: () => endWith(parent) });
  flushBeforeEnd(server);
  from.on("data", chunk => reader.push(chunk, wire => server.receive(wire)));
  from.on("error", () => process.exit(1));
  from.on("close", () => process.exit(0));
  to.on("error", endUnheard);
}

const streams = movedAside();
if (streams === null) handOver();
else serve(streams);
