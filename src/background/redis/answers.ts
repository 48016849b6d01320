/** What calls ask their run, and the answers. */
import type { Host } from "../../task/runner.ts";
import { CallReports } from "../../workers/callreports.ts";
import { bytesOf } from "../../workers/envelope.ts";
import { Line } from "../../workers/line.ts";
import { CANCEL } from "../../workers/protocol.ts";
import { questionOf } from "../signature.ts";
import type { Batch } from "./batches.ts";
import { FROM } from "./call-ends.ts";
import type { Question } from "./messages.ts";
import type { Post } from "./post.ts";

export class Answers {
  readonly #post: Post;
  readonly #batches: ReadonlyMap<string, Batch>;
  readonly #asked = new Set<string>();

  constructor(post: Post, batches: ReadonlyMap<string, Batch>) {
    this.#post = post;
    this.#batches = batches;
  }

  answer(question: Question): void {
    const { number, from, batch, place, bytes } = question;
    if (this.#asked.has(number)) return;
    const underway = this.#batches.get(batch)?.calls[place] ?? null;
    if (underway !== null && underway.line === null && !underway.cancelled) {
      // It is heard before that it has begun.
      underway.batch.early.push(question);
      return;
    }
    this.#asked.add(number);
    const line = underway?.line ?? gone();
    void Promise.resolve()
      .then(() => questionOf(number, batch, place, bytes))
      .then(asked => line.answer(asked).catch(unanswerable))
      .then(answer => this.#post.answer(number, from, answer))
      .finally(() => this.#asked.delete(number))
      .catch(() => {});
  }
}

/** The call cannot get on: without an answer it would wait for ever. */
function unanswerable(error: Error): Uint8Array {
  return bytesOf([CANCEL, 1, error.message]);
}

/** Nobody waits for the call that asks. */
function gone(): Line {
  const line = new Line(new CallReports({} as Host, -1, -1), FROM);
  line.giveUp("it is not wanted any more");
  return line;
}
