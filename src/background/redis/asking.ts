/** What calls at this worker ask their runs: told, and looked for by themselves from time to time, as words get lost. */
import { randomBytes } from "node:crypto";
import { answerOf, signedQuestion } from "../signature.ts";
import { answerIn } from "./messages.ts";
import type { RedisQueue } from "./queue.ts";
import { asBuffer } from "./queue.ts";

/** In milliseconds. */
const LOOK_AGAIN = 1_000;

/** In bytes. */
const LARGE = 64 * 1024;

interface Open {
  readonly run: string;
  answer(bytes: Uint8Array): void;
  fail(error: Error): void;
}

export class Asking {
  readonly #queue: RedisQueue;
  readonly #name = `worker-${randomBytes(8).toString("hex")}`;
  readonly #open = new Map<string, Open>();
  #listening: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #looking = false;
  #count = 0;

  constructor(queue: RedisQueue) {
    this.#queue = queue;
  }

  async ask(run: string, batch: string, place: number, bytes: Uint8Array): Promise<Uint8Array> {
    this.#listening ??= this.#queue.listenTo(this.#name, message => this.#hear(message));
    await this.#listening;
    const number = `${this.#name}-${this.#count++}`;
    const answer = new Promise<Uint8Array>((resolve, reject) => {
      this.#open.set(number, { run, answer: resolve, fail: reject });
    });
    // It may fail before it is waited for.
    answer.catch(() => {});
    this.#timer ??= setInterval(() => void this.#look(), LOOK_AGAIN);
    try {
      const { connection } = this.#queue;
      const question = asBuffer(signedQuestion(number, batch, place, bytes));
      const about = [run, number, this.#name, batch, place, question];
      const ask = () => connection.act("askRun", [...about, connection.isSettled ? 0 : 1]);
      // What was under way when the server went away is asked there again as soon as it is back, before the run is.
      const isKnown = (await ask()) !== 0 || (!connection.isSettled && (await ask()) !== 0);
      if (!isKnown) this.#fail(run);
      return await answer;
    } finally {
      this.#open.delete(number);
    }
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    if (this.#listening !== null) void this.#queue.leave(this.#name).catch(() => {});
  }

  #hear(message: Buffer): void {
    const answer = answerIn(message);
    if (answer !== null) this.#answer(answer.number, answer.bytes);
  }

  #answer(number: string, bytes: Uint8Array): void {
    const open = this.#open.get(number);
    if (open === undefined) return;
    const answer = answerFor(number, bytes);
    // Others may write there, too: the run's own may still come.
    if (answer === null) return;
    this.#open.delete(number);
    // It would lie in Redis for a while yet.
    if (bytes.byteLength > LARGE) void this.#remove(number);
    open.answer(answer);
  }

  async #remove(number: string): Promise<void> {
    const { connection } = this.#queue;
    await connection.use(client => client.del(`${connection.keys}answer:${number}`)).catch(() => {});
  }

  /** Once at a time: while Redis is away, it would be asked more and more. */
  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    await this.#lookOn();
    this.#looking = false;
  }

  async #lookOn(): Promise<void> {
    for (const run of new Set([...this.#open.values()].map(({ run }) => run))) {
      const numbers = [...this.#open].flatMap(([number, open]) => (open.run === run ? [number] : []));
      const looked = this.#queue.connection.act("answersFor", [run, ...numbers], { bytes: true });
      const [there, ...answers] = (await looked.catch(() => [1])) as [number, ...(Buffer | null)[]];
      for (const [i, bytes] of answers.entries()) if (bytes != null) this.#answer(numbers[i]!, bytes);
      if (there === 0 && this.#queue.connection.isSettled) this.#fail(run);
    }
  }

  #fail(run: string): void {
    for (const [number, open] of [...this.#open]) {
      if (open.run !== run) continue;
      this.#open.delete(number);
      open.fail(new Error("its run is gone"));
    }
  }
}

/** Null for what the run did not sign for this question. */
function answerFor(number: string, bytes: Uint8Array): Uint8Array | null {
  try {
    return answerOf(number, bytes);
  } catch {
    return null;
  }
}
