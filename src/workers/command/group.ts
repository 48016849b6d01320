/** The processes of one command: a group of their own, which ends as one. */
import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";
import type { StreamName } from "../protocol.ts";

export interface GroupOptions {
  readonly words: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Whether something will be said to it. */
  readonly stdin: "pipe" | "ignore";
}

/** How a command ended. */
export interface GroupEnd {
  /** It could not be started. */
  readonly error: NodeJS.ErrnoException | null;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface GroupListener {
  wrote(stream: StreamName, bytes: Uint8Array): void;
  /** Nobody can write to its stdout any more. */
  silent?(): void;
  /** Its first process is gone, and all that it wrote has been heard. */
  ended(end: GroupEnd): void;
}

/** How long a process that holds the streams of one that has ended is listened to, in milliseconds. */
const LAST_WORDS = 200;
/** How long a command has to end when it is told to, before it is ended by force, and how often that is looked at. */
const GRACE = 2_000;
const LOOK = 25;

export class Group {
  readonly pid: number | undefined;
  readonly #child: ChildProcess;
  #over = false;
  #stopping: Promise<void> | null = null;

  /** @throws The system's error where even the attempt to start it is refused. */
  constructor({ words, env, stdin }: GroupOptions, listener: GroupListener) {
    const [program = "", ...args] = words;
    this.#child = spawn(program, args, { detached: true, stdio: [stdin, "pipe", "pipe"], env, windowsHide: true });
    this.pid = this.#child.pid;
    this.#listen(listener);
  }

  get over(): boolean {
    return this.#over;
  }

  write(parts: readonly Uint8Array[]): void {
    const { stdin } = this.#child;
    stdin?.cork();
    for (const part of parts) stdin?.write(part);
    stdin?.uncork();
  }

  endInput(): void {
    this.#child.stdin?.end();
  }

  /** Tells all of its processes to end, and later makes them; resolves when they are gone. */
  stop(grace = GRACE): Promise<void> {
    this.#stopping ??= this.#stop(grace);
    return this.#stopping;
  }

  async #stop(grace: number): Promise<void> {
    if (grace > 0) this.#signal("SIGTERM");
    const deadline = performance.now() + grace;
    while (performance.now() < deadline && this.#signal(0)) await new Promise(resolve => setTimeout(resolve, LOOK));
    this.#signal("SIGKILL");
  }

  /** False when none of the processes is left. */
  #signal(signal: NodeJS.Signals | 0): boolean {
    if (this.pid === undefined) return false;
    try {
      return process.kill(-this.pid, signal);
    } catch {
      return false;
    }
  }

  #listen(listener: GroupListener): void {
    const child = this.#child;
    const end = (how: GroupEnd) => {
      if (this.#over) return;
      this.#over = true;
      child.stdin?.destroy();
      child.stdout?.destroy();
      child.stderr?.destroy();
      listener.ended(how);
    };
    child.stdout?.on("end", () => listener.silent?.());
    // What goes wrong with its input shows as its end.
    child.stdin?.on("error", () => {});
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream]!.on("data", (bytes: Uint8Array) => listener.wrote(stream, bytes));
    }
    for (const stream of [child.stdin, child.stdout, child.stderr]) (stream as Socket | null)?.unref();
    child.unref();
    child.on("error", error => end({ error, code: null, signal: null }));
    child.on("exit", (code, signal) => {
      const timer = setTimeout(() => end({ error: null, code, signal }), LAST_WORDS);
      child.on("close", () => {
        clearTimeout(timer);
        end({ error: null, code, signal });
      });
    });
  }
}
