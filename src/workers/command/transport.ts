/** Workers that commands run, such as `srun` or `docker run -i`, spoken to by their standard streams. */
import { randomBytes } from "node:crypto";
import { sealedFrame } from "../../codec/frames.ts";
import type { Host } from "../../task/runner.ts";
import { AfterOutput } from "../after-output.ts";
import { allClaimed } from "../claims.ts";
import { LastWords } from "../last-words.ts";
import type { StreamName } from "../protocol.ts";
import type { Far, Listener, Transport } from "../transport.ts";
import { Command } from "./command.ts";
import { commandFailure, endOf } from "./failure.ts";
import type { GroupEnd } from "./group.ts";
import { Guard } from "./guard.ts";
import { MarkedReader } from "./marked.ts";
import { type CommandSettings, planOf, workerWords } from "./start.ts";

/** How long a worker may take to end when its input has ended, in milliseconds, and one that is busy with a call. */
const ENDING = 3_000;
const BUSY_ENDING = 500;
/** How long one may live of which nothing can be heard any more. */
const SILENT = 1_000;

export class CommandTransport implements Transport {
  readonly ahead = false;
  readonly #host: Host;
  readonly #name: string;
  readonly #settings: CommandSettings;
  #guard: Guard | null = null;
  /** Commands that are being stopped. */
  readonly #ends = new Set<Promise<void>>();

  constructor(host: Host, name: string, settings: CommandSettings) {
    this.#host = host;
    this.#name = name;
    this.#settings = settings;
  }

  start(listener: Listener): Far {
    this.#guard ??= Guard.hold();
    return new Spoken(this.#host, this.#name, this.#settings, this.#guard, listener, end => {
      this.#ends.add(end);
      void end.then(() => this.#ends.delete(end));
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#ends);
    this.#guard?.release();
    this.#guard = null;
  }
}

class Spoken implements Far {
  readonly pid: number | undefined;
  readonly shares = false;
  readonly claims = allClaimed;
  readonly #host: Host;
  readonly #name: string;
  readonly #settings: CommandSettings;
  readonly #words: readonly string[];
  readonly #command: Command;
  readonly #reader: MarkedReader;
  readonly #messages: AfterOutput;
  readonly #listener: Listener;
  readonly #onStop: (end: Promise<void>) => void;
  /** What it says before it is counted among the workers. */
  #early: [StreamName, string][] | null = [];
  #number = -1;
  #heard = false;
  #problem: Error | null = null;
  #closing = false;
  #silence: NodeJS.Timeout | undefined;
  #onGone: (() => void) | null = null;

  constructor(
    host: Host,
    name: string,
    settings: CommandSettings,
    guard: Guard,
    listener: Listener,
    onStop: (end: Promise<void>) => void,
  ) {
    this.#host = host;
    this.#name = name;
    this.#settings = settings;
    this.#listener = listener;
    this.#onStop = onStop;
    const mark = randomBytes(16).toString("hex");
    const worker = workerWords("stdio", settings.node, mark);
    const plan = planOf(settings, worker, new Map([["run", host.runId]]), { stdin: "pipe", stop: null });
    this.#words = plan.words;
    this.#messages = new AfterOutput(
      wire => listener.message(wire),
      error => this.#broken(error),
    );
    this.#reader = new MarkedReader(mark, {
      message: wire => {
        this.#heard = true;
        this.#messages.push(wire);
      },
      text: bytes => this.#text("stdout", bytes),
    });
    this.#command = new Command(plan, guard, {
      wrote: (stream, bytes) => this.#wrote(stream, bytes),
      silent: () => this.#silent(),
      own: (stream, text) => this.#own(stream, text),
      ended: end => this.#ended(end),
      warn: message => host.tell({ type: "warning", at: Date.now(), call: null, name: "heddle", message }),
    });
    this.pid = this.#command.pid;
  }

  /** Its number among the workers of the run. */
  counted(number: number): void {
    this.#number = number;
    const early = this.#early ?? [];
    this.#early = null;
    for (const [stream, text] of early) this.#own(stream, text);
  }

  send(wire: unknown[]): void {
    this.#command.write(sealedFrame(wire));
  }

  kill(): void {
    this.#onStop(this.#command.stop());
  }

  async close(busy: boolean): Promise<void> {
    if (this.#command.over) return this.#command.stop();
    this.#closing = true;
    this.#command.endInput();
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, busy ? BUSY_ENDING : ENDING);
      this.#onGone = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    await this.#command.stop();
  }

  #wrote(stream: StreamName, bytes: Uint8Array): void {
    if (stream === "stderr") {
      this.#text(stream, bytes);
      return;
    }
    try {
      this.#reader.push(bytes);
    } catch (error) {
      this.#broken(error);
    }
  }

  #broken(error: unknown): void {
    this.#problem ??= error as Error;
    this.kill();
  }

  /** Nothing can be heard of its worker any more: mostly as it has ended, of which the system is about to tell. */
  #silent(): void {
    if (this.#command.over || this.#closing) return;
    this.#silence = setTimeout(() => {
      this.#problem ??= new Error("something in it closed its channel to heddle");
      this.kill();
    }, SILENT).unref();
  }

  /** Before the first message it is the command that speaks, then mostly what its worker runs. */
  #text(stream: StreamName, bytes: Uint8Array): void {
    if (this.#heard) this.#listener.raw(stream, Buffer.from(bytes).toString("utf8"));
    else this.#command.said(stream, bytes);
  }

  #own(stream: StreamName, text: string): void {
    if (this.#early !== null) {
      this.#early.push([stream, text]);
      return;
    }
    this.#host.tell({ type: "commandOutput", at: Date.now(), call: null, worker: this.#number, stream, text });
  }

  #ended(end: GroupEnd): void {
    clearTimeout(this.#silence);
    this.#reader.end();
    this.#messages.flush();
    this.kill();
    const how = this.#problem?.message ?? (end.error === null ? endOf(end) : end.error.message);
    const cause = `${how}, of the command ${this.#words.slice(0, this.#settings.prefix.length).join(" ")}`;
    if (this.#heard) this.#listener.ended(cause);
    else this.#listener.ended(cause, this.#failure(end));
    this.#onGone?.();
  }

  #failure(end: GroupEnd): Error {
    const { tail } = this.#command.output;
    const { node } = this.#settings;
    const about = { folder: null, task: `a worker of ${this.#name}`, words: this.#words, node, end };
    return commandFailure({ ...about, begun: false, death: null, output: tail, lastWords: new LastWords() });
  }
}
