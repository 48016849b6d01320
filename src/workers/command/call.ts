/** One call in a command of its own, from the start of that to its end. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { CancelledError } from "../../errors.ts";
import type { Attempt, Dispatch, Host } from "../../task/runner.ts";
import { CANCEL, RESUME, readReports, type StreamName, TELL, writeCall, writeSetup, writeTask } from "../protocol.ts";
import { IN, OUT, SCRIPT, STOP } from "./call-folder.ts";
import { Command } from "./command.ts";
import { appendFrame, FrameTail, leftIn, removeFolder, Tail, writeScript } from "./exchange.ts";
import { commandFailure, folderFailure, isOfSystem } from "./failure.ts";
import type { GroupEnd } from "./group.ts";
import type { Guard } from "./guard.ts";
import { Poll } from "./poll.ts";
import { CommandReports } from "./reports.ts";
import { type CommandSettings, planOf, scriptOf, wantsScript, workerWords } from "./start.ts";

/** How long a worker may take to hear that its call is to end, and the call to obey then, in milliseconds. */
const HEARING = 5_000;
const GRACE = 1_000;
/** How long an outcome may be on its way through a file system after the end of the command. */
const SETTLING = 5_000;

export interface CallPlace {
  readonly host: Host;
  readonly guard: Guard;
  readonly settings: CommandSettings;
  readonly init: string | null;
  readonly worker: number;
  /** The folder in which it exchanges files, which exists. */
  readonly folder: string;
  /** The call begins to wait for what it called. */
  readonly waits: () => void;
}

export class CommandCall {
  readonly id: number;
  /** The run does not wait for it any more. */
  cancelled = false;
  /** It waits for what it called, and takes no place. */
  waits = false;
  readonly #call: Dispatch;
  readonly #place: CallPlace;
  readonly #reports: CommandReports;
  readonly #frames: FrameTail;
  readonly #raw: readonly [StreamName, Tail][];
  readonly #poll: Poll;
  #words: readonly string[] = [];
  #command: Command | null = null;
  #told = false;
  /** Why the two sides cannot talk any more. */
  #problem: Error | null = null;
  /** It is to end, also if its command has not been started yet. */
  #stopped = false;
  #grace: NodeJS.Timeout | undefined;
  #settled: (attempt: Attempt) => void = () => {};

  constructor(call: Dispatch, place: CallPlace) {
    const { host, worker, folder, settings } = place;
    this.id = call.id;
    this.#call = call;
    this.#place = place;
    this.#reports = new CommandReports(host, call.id, worker, {
      begun: () => this.#tellStarted(),
      unfit: () => void this.stop(),
      heardCancel: () => this.#stopAfter(GRACE),
      waits: () => {
        this.waits = true;
        place.waits();
      },
    });
    this.#frames = new FrameTail(join(folder, OUT), `the command of ${this.#display} (${settings.prefix[0]})`);
    this.#raw = (["stdout", "stderr"] as const).map(name => [name, new Tail(join(folder, name))]);
    this.#poll = new Poll(
      () => this.#look(),
      error => {
        this.#problem ??= error as Error;
        void this.stop();
      },
    );
  }

  /** Starts it; resolves to how it ended. Does not reject. */
  async run(): Promise<Attempt> {
    const { id } = this;
    const { worker, folder } = this.#place;
    const ended = new Promise<Attempt>(resolve => {
      this.#settled = resolve;
    });
    try {
      await this.#write();
    } catch (error) {
      if (!isOfSystem(error)) return { id, state: "failed", error: error as Error, ms: 0, worker };
      await removeFolder(folder);
      return this.#crashed(folderFailure(this.#display, this.#place.settings.prefix, folder, error));
    }
    try {
      this.#start();
    } catch (error) {
      return {
        id,
        state: "crashed",
        error: this.#failure({ error: error as Error, code: null, signal: null }),
        ms: 0,
        worker,
      };
    }
    const attempt = await ended;
    await removeFolder(folder);
    return attempt;
  }

  /** Tells the call to stop, and makes it. Resolves when nothing is left of it. */
  cancel(reason: string): void {
    this.cancelled = true;
    const hasBegun = this.#hasBegun();
    if (hasBegun) this.#tell([CANCEL, 1, reason]);
    if (hasBegun) this.#stopAfter(HEARING);
    else void this.stop();
  }

  /** It has waited, and may go on. */
  resume(): void {
    this.waits = false;
    this.#mustTell([RESUME, 1]);
  }

  /** Passes on what the coordinator says of what it called. */
  pass(wire: readonly unknown[]): void {
    this.#mustTell([TELL, 1, wire.length, ...wire]);
  }

  /** It may have said so since the last look. */
  #hasBegun(): boolean {
    try {
      if (!this.#reports.heard) this.#look();
    } catch (error) {
      this.#problem ??= error as Error;
    }
    return this.#reports.heard;
  }

  #stopAfter(grace: number): void {
    clearTimeout(this.#grace);
    this.#grace = setTimeout(() => void this.stop(), grace);
  }

  async stop(): Promise<void> {
    clearTimeout(this.#grace);
    this.#stopped = true;
    try {
      writeFileSync(join(this.#place.folder, STOP), "");
    } catch {
      // Without its folder the worker ends as well.
    }
    await this.#command?.stop();
  }

  get #display(): string {
    return `${this.#call.task.name}-${this.id}`;
  }

  async #write(): Promise<void> {
    const { host, init, folder, settings } = this.#place;
    const { runId, dirs } = host;
    const setup: unknown[] = [];
    writeSetup({ runId, concurrency: 1, init, parent: process.pid, dirs, memory: Number.POSITIVE_INFINITY }, setup);
    const wire: unknown[] = [];
    writeTask(0, this.#call.task, wire);
    writeCall(1, 0, this.#call, wire);
    appendFrame(join(folder, IN), setup);
    appendFrame(join(folder, IN), wire);
    if (wantsScript(settings.prefix)) await writeScript(folder, scriptOf(this.#worker));
  }

  get #worker(): string[] {
    return workerWords("call", this.#place.settings.node, this.#place.folder);
  }

  #start(): void {
    const { host, settings, guard, folder, worker } = this.#place;
    const { task, attempt } = this.#call;
    const values = new Map<string, string | number>([
      ["dir", folder],
      ["task", task.name],
      ["id", this.#display],
      ["run", host.runId],
      ["attempt", attempt],
      ["script", join(folder, SCRIPT)],
    ]);
    const plan = planOf(settings, this.#worker, values, { stdin: "ignore", stop: join(folder, STOP) });
    this.#words = plan.words;
    if (this.cancelled || this.#stopped) {
      this.#settled(this.#crashed(new CancelledError({ task: this.#display, reason: "before it was started" })));
      return;
    }
    const at = { type: "commandOutput", call: this.id, worker } as const;
    this.#command = new Command(plan, guard, {
      wrote: (stream, bytes) => this.#command!.said(stream, bytes),
      own: (stream, text) => host.tell({ ...at, at: Date.now(), stream, text }),
      ended: end => void this.#ended(end),
      warn: message => host.tell({ type: "warning", at: Date.now(), call: this.id, name: "heddle", message }),
    });
    if (!settings.queues && this.#command.pid !== undefined) this.#tellStarted();
    this.#poll.start();
  }

  #tellStarted(): void {
    if (this.#told) return;
    this.#told = true;
    this.#place.host.started(this.#place.worker, [this.id]);
  }

  /** What is not heard hurts nobody, as the call is about to be stopped. */
  #tell(wire: unknown[]): Error | null {
    try {
      appendFrame(join(this.#place.folder, IN), wire);
      return null;
    } catch (error) {
      return error as Error;
    }
  }

  /** Without this it would wait for ever. */
  #mustTell(wire: unknown[]): void {
    const error = this.#tell(wire);
    if (error === null) return;
    const { folder, settings } = this.#place;
    this.#problem = folderFailure(this.#display, settings.prefix, folder, error);
    void this.stop();
  }

  /** Reads what has come; true if there was something. */
  #look(): boolean {
    let found = this.#frames.read(wire => {
      this.#reports.heard = true;
      readReports(wire, this.#reports);
    });
    for (const [stream, tail] of this.#raw) {
      const bytes = tail.read();
      found ||= bytes !== null;
      if (bytes !== null) this.#reports.raw(stream, bytes);
    }
    return found;
  }

  async #ended(end: GroupEnd): Promise<void> {
    const deadline = performance.now() + SETTLING;
    try {
      this.#look();
      while (this.#isAwaited(end) && performance.now() < deadline) await this.#poll.once();
    } catch (error) {
      this.#problem ??= error as Error;
    }
    this.#poll.stop();
    clearTimeout(this.#grace);
    this.#reports.rawEnded();
    await this.#tellLeft();
    await this.#command!.stop();
    this.#settled(this.#reports.attempt ?? this.#crashed(this.#problem ?? this.#failure(end)));
  }

  /** An outcome may be still on its way. */
  #isAwaited(end: GroupEnd): boolean {
    const { attempt, death } = this.#reports;
    return attempt === null && death === null && !this.cancelled && end.error === null && end.code === 0;
  }

  async #tellLeft(): Promise<void> {
    for (const { name, text } of await leftIn(this.#place.folder)) {
      this.#command!.said("stdout", `${name}:\n${text}${text.endsWith("\n") ? "" : "\n"}`);
    }
    this.#command!.output.end();
  }

  #crashed(error: Error): Attempt {
    return { id: this.id, state: "crashed", error, ms: 0, worker: this.#place.worker };
  }

  #failure(end: GroupEnd): Error {
    const { heard, death, lastWords } = this.#reports;
    return commandFailure({
      folder: this.#place.folder,
      task: this.#display,
      words: this.#words,
      node: this.#place.settings.node,
      end,
      begun: heard,
      death,
      output: this.#command?.output.tail ?? "",
      lastWords,
    });
  }
}
