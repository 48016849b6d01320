import type { StreamName } from "../protocol.ts";
import { Cancellation } from "./cancellation.ts";
import { Group, type GroupEnd } from "./group.ts";
import type { Guard } from "./guard.ts";
import { CommandOutput } from "./output.ts";

/** What is to be started, all words filled in. */
export interface CommandPlan {
  readonly words: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly stdin: "pipe" | "ignore";
  /** How to cancel what it has put into a queue. */
  readonly cancel: { readonly words: readonly string[]; readonly job: RegExp } | null;
  /** A file by which its worker is told to end. */
  readonly stop: string | null;
}

export interface CommandListener {
  wrote(stream: StreamName, bytes: Uint8Array): void;
  /** Nobody can write to its stdout any more. */
  silent?(): void;
  /** What it said for itself, by `Command.said`. */
  own(stream: StreamName, text: string): void;
  ended(end: GroupEnd): void;
  /** Something went wrong that fails nothing. */
  warn(text: string): void;
}

/** A command under way. Nothing of it stays behind when it has been told to stop, which is needed at its end too. */
export class Command {
  readonly output: CommandOutput;
  readonly #plan: CommandPlan;
  readonly #guard: Guard;
  readonly #group: Group;
  readonly #cancellation: Cancellation | null;
  readonly #listener: CommandListener;
  #stopping: Promise<void> | null = null;

  /** @throws The system's error where even the attempt to start it is refused. */
  constructor(plan: CommandPlan, guard: Guard, listener: CommandListener) {
    const { cancel, env } = plan;
    this.#plan = plan;
    this.#guard = guard;
    this.#listener = listener;
    this.#cancellation = cancel === null ? null : new Cancellation(cancel.words, cancel.job, env);
    this.output = new CommandOutput((stream, text) => {
      listener.own(stream, text);
      if (this.#cancellation?.read(text) === true) this.#watch();
    });
    this.#group = new Group(plan, { ...listener, ended: end => this.#ended(end) });
    this.#watch();
  }

  get pid(): number | undefined {
    return this.#group.pid;
  }

  get over(): boolean {
    return this.#group.over;
  }

  write(parts: readonly Uint8Array[]): void {
    this.#group.write(parts);
  }

  endInput(): void {
    this.#group.endInput();
  }

  /** These bytes are its own words, none of its worker's. */
  said(stream: StreamName, bytes: Uint8Array | string): void {
    this.output.write(stream, bytes);
  }

  /**
   * Ends it, and what it has put into a queue; resolves when that is done. Where it has ended by itself, this ends what
   * it has left in the background.
   */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    if (!this.over) await this.#cancellation?.jobKnown();
    const cancelled = this.over ? Promise.resolve(null) : this.#cancellation?.run();
    await this.#group.stop();
    const problem = (await cancelled) ?? null;
    if (problem !== null)
      this.#listener.warn(`What ${this.#plan.words[0]} had started could not be cancelled: ${problem}`);
    if (this.pid !== undefined) this.#guard.forget(this.pid);
  }

  #watch(): void {
    if (this.pid === undefined) return;
    this.#guard.watch({ group: this.pid, stop: this.#plan.stop, cancel: this.#cancellation?.words ?? null });
  }

  #ended(end: GroupEnd): void {
    this.output.end();
    this.#listener.ended(end);
  }
}
