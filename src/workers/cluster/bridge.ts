/** The process in the user's Python that speaks with a cluster. */
import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { encodeFrame, FrameReader } from "../../codec/frames.ts";
import { pythonFile } from "../../platform.ts";
import { environment } from "../environment.ts";
import { LastWords } from "../last-words.ts";

export interface BridgeListener {
  /** It says this: an operation, and what belongs to it. */
  said(operation: string, operands: readonly unknown[]): void;
  /** It is gone. `missing`: there is no such Python. */
  ended(cause: string, lastWords: string, missing: boolean): void;
}

/** How long it may take to end, in milliseconds: it closes what it has opened. */
const ENDING = 10_000;

export class Bridge {
  /** Whom it speaks to. */
  listener: BridgeListener;
  /** The last number of a call that it was told, by one run or another. */
  refs = 0;
  readonly #child: ChildProcess;
  readonly #lastWords = new LastWords();
  #gone = false;
  #closing = false;
  #onGone: (() => void) | null = null;

  /** `file`: its name in python/. */
  constructor(python: string, file: string, listener: BridgeListener) {
    this.listener = listener;
    const child = spawn(python, ["-u", fileURLToPath(pythonFile(file))], {
      stdio: ["pipe", "pipe", "pipe"],
      env: environment(undefined),
      detached: true,
      windowsHide: true,
    });
    this.#child = child;
    const reader = new FrameReader({ from: `the bridge ${file}` });
    child.stdout!.on("data", (chunk: Uint8Array) => {
      try {
        reader.push(chunk, ([operation, ...operands]) => this.listener.said(String(operation), operands));
      } catch (error) {
        this.#lastWords.add(String(error));
        child.kill("SIGKILL");
      }
    });
    child.stderr!.setEncoding("utf8").on("data", (text: string) => this.#lastWords.add(text));
    child.stdin!.on("error", () => {});
    for (const stream of [child.stdin, child.stdout, child.stderr]) (stream as Socket).unref();
    child.unref();
    child.on("error", error => this.#end(error.message, (error as NodeJS.ErrnoException).code === "ENOENT"));
    child.on("exit", (code, signal) => {
      const cause = signal === null ? `exit code ${code}` : `signal ${signal}`;
      // What it has started may hold its streams open.
      const timer = setTimeout(() => this.#end(cause, false), 500);
      child.on("close", () => {
        clearTimeout(timer);
        this.#end(cause, false);
      });
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  say(operation: string, ...operands: unknown[]): void {
    if (this.#closing) return;
    const { stdin } = this.#child;
    stdin!.cork();
    for (const part of encodeFrame([operation, ...operands])) stdin!.write(part);
    process.nextTick(() => stdin!.uncork());
  }

  /** Resolves when it has closed what it has opened, and is gone. */
  close(): Promise<void> {
    if (this.#gone) return Promise.resolve();
    this.say("close");
    this.#closing = true;
    this.#child.stdin!.end();
    this.#child.ref();
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), ENDING);
    return new Promise(resolve => {
      this.#onGone = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #end(cause: string, missing: boolean): void {
    if (this.#gone) return;
    this.#gone = true;
    for (const stream of [this.#child.stdin, this.#child.stdout, this.#child.stderr]) stream?.destroy();
    if (!this.#closing) this.listener.ended(cause, this.#lastWords.shown, missing);
    this.#onGone?.();
  }
}
