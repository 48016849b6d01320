import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { encodeFrame, FrameReader } from "../codec/frames.ts";
import { ProtocolError } from "../errors.ts";
import { entry, inheritedFlags } from "../platform.ts";
import { AfterOutput } from "./after-output.ts";
import { environment } from "./environment.ts";
import { Tokens } from "./tokens.ts";
import type { Far, Listener, Transport } from "./transport.ts";

export interface ProcessOptions {
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Flags of Node for them, besides those of this process. */
  readonly flags?: readonly string[];
}

/** How long an ending process may take, and how long its last words are waited for, in milliseconds. */
const ENDING = 1_000;
const LAST_WORDS = 200;

/** Child processes, each of which speaks on descriptor 3, has its claims on descriptor 4, and hears on descriptor 5. */
export class ProcessTransport implements Transport {
  readonly ahead = true;
  readonly #options: ProcessOptions;
  constructor(options: ProcessOptions) {
    this.#options = options;
  }

  start(listener: Listener): Far {
    return new Child(this.#options, listener);
  }

  close(): void {}
}

class Child implements Far {
  readonly pid: number | undefined;
  readonly shares = false;
  readonly claims = Tokens.open();
  readonly #child: ChildProcess;
  /** Two channels, as one that cannot be written to any more is closed, with all in it that was not read yet. */
  readonly #heard: Socket;
  readonly #told: Socket;
  readonly #listener: Listener;
  readonly #messages: AfterOutput;
  #gone = false;
  #deafness: NodeJS.Timeout | undefined;
  #closing = false;
  /** Why it was ended. */
  #problem: string | null = null;
  #onGone: (() => void) | null = null;

  constructor({ env, flags: more = [] }: ProcessOptions, listener: Listener) {
    this.#listener = listener;
    this.#messages = new AfterOutput(
      wire => listener.message(wire),
      error => this.#broken(error),
    );
    const { url, flags } = entry("process");
    const args = [...inheritedFlags(), ...more, ...flags, fileURLToPath(url), String(process.pid)];
    this.#child = spawn(process.execPath, args, {
      stdio: ["ignore", "pipe", "pipe", "pipe", this.claims.descriptor, "pipe"],
      env: environment(env),
      windowsHide: true,
    });
    this.pid = this.#child.pid;
    const [, , , heard, , told] = this.#child.stdio as unknown as readonly Socket[];
    this.#heard = heard!;
    this.#told = told!;
    this.#listen();
  }

  send(wire: unknown[]): void {
    this.#told.cork();
    for (const part of encodeFrame(wire)) this.#told.write(part);
    this.#told.uncork();
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  close(): Promise<void> {
    if (this.#gone) return Promise.resolve();
    this.#closing = true;
    this.#told.end();
    this.#child.ref();
    const timer = setTimeout(() => this.kill(), ENDING);
    return new Promise(resolve => {
      this.#onGone = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #listen(): void {
    const child = this.#child;
    const reader = new FrameReader();
    const onMessage = (wire: unknown[]) => this.#messages.push(wire);
    this.#heard.on("data", (chunk: Uint8Array) => {
      try {
        reader.push(chunk, onMessage);
      } catch (error) {
        this.#broken(error);
      }
    });
    // What goes wrong with a channel shows as the end of the process.
    for (const channel of [this.#heard, this.#told]) {
      channel.on("error", () => {}).unref();
      channel.on("close", () => this.#deaf());
    }
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream]!.setEncoding("utf8").on("data", (text: string) => this.#listener.raw(stream, text));
      (child[stream] as Socket).unref();
    }
    child.unref();
    child.on("error", error => this.#end(error.message));
    child.on("exit", (code, signal) => {
      const cause = signal === null ? `exit code ${code}` : `signal ${signal}`;
      // A grandchild may hold its streams open for long.
      const timer = setTimeout(() => this.#end(cause), LAST_WORDS);
      child.on("close", () => {
        clearTimeout(timer);
        this.#end(cause);
      });
    });
  }

  /** Something in the worker has written into its channel: what else it says cannot be read. */
  #broken(error: unknown): void {
    if (!(error instanceof ProtocolError)) throw error;
    this.#problem ??= error.short;
    this.kill();
  }

  /** A channel is closed: mostly as it has ended, of which the system is about to tell. */
  #deaf(): void {
    if (this.#gone || this.#closing) return;
    this.#deafness ??= setTimeout(() => {
      this.#problem ??= "something in it closed its channel to heddle";
      this.kill();
    }, ENDING).unref();
  }

  #end(cause: string): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#messages.flush();
    clearTimeout(this.#deafness);
    this.#heard.destroy();
    this.#told.destroy();
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
    this.#listener.ended(this.#problem ?? cause);
    this.claims.close();
    this.#onGone?.();
  }
}
