/** A process that is stopped in the middle of a commit holds up all who want to write: nobody else can end it. */
import { committing } from "../../store/gate.ts";
import { isStopped } from "../../store/running.ts";
import { gateIn } from "./tables.ts";

/** In milliseconds. */
const DOUBT = 2_000;

/** Says for whom commits wait, if that is long. */
export class Held {
  readonly #folder: string;
  readonly #told = new Set<number>();
  #waiting = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async while<R>(commit: Promise<R>): Promise<R> {
    if (this.#waiting === 0) this.#timer = setInterval(() => this.#look(), DOUBT).unref();
    this.#waiting += 1;
    try {
      return await commit;
    } finally {
      this.#waiting -= 1;
      if (this.#waiting === 0) clearInterval(this.#timer);
    }
  }

  #look(): void {
    const stopped = committing(gateIn(this.#folder)).find(isStopped);
    if (stopped === undefined || this.#told.has(stopped)) return;
    this.#told.add(stopped);
    process.emitWarning(
      `the queue in ${this.#folder} cannot be written to, as process ${stopped} was stopped while it did so. ` +
        `It goes on by "kill -CONT ${stopped}"; if it is killed, others take over what it had.`,
      "HeddleWarning",
    );
  }
}
