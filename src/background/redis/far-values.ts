/** Where a call of a run is executed: brings its large inputs, and puts its large result away. */
import { packError } from "../../codec/failure.ts";
import { toWire, valuesWithFiles } from "../../codec/wire.ts";
import { formatSize } from "../../config/size.ts";
import { BlobError, CancelledError, TooLargeError } from "../../errors.ts";
import { endAt, FAILED } from "../../workers/protocol.ts";
import type { ValuesPlace } from "../queue.ts";
import { MOST_IN_REDIS } from "./blob-ref.ts";
import { contentAt, lengthOf, place, refAt, refer, valueIn } from "./blob-values.ts";
import { Blobs } from "./blobs.ts";

export class FarValues {
  readonly #blobs: Blobs;
  readonly #most: number;
  readonly #register: (key: string) => Promise<boolean>;

  constructor(at: ValuesPlace, register: (key: string) => Promise<boolean>) {
    this.#blobs = Blobs.at(at);
    this.#most = at.most;
    this.#register = register;
  }

  /**
   * Puts in their places the inputs that lie beside Redis.
   *
   * @throws BlobError, TooLargeError
   */
  async bring(wire: unknown[], call: string): Promise<void> {
    const places = wire.flatMap((_, at) => {
      const ref = refAt(wire, at);
      return ref === null ? [] : [{ at, ref }];
    });
    const size = places.reduce((sum, { ref }) => sum + ref.size, 0);
    if (size > this.#most) {
      throw new TooLargeError({ what: call, size: formatSize(size), limit: formatSize(this.#most) });
    }
    const bring = async ({ at, ref }: (typeof places)[number]) =>
      place(wire, at, valueIn(await this.#blobs.get(`an input of ${call}`, ref)));
    await Promise.all(places.map(bring));
  }

  /** Puts away the result in what a call says at its end; a call whose result cannot be kept has failed. */
  async keep(wire: unknown[], call: string, task: string): Promise<void> {
    const { above } = this.#blobs;
    const end = endAt(wire);
    if (end === null || lengthOf(wire[end.value + 1]) <= above) return;
    // Which files it names is to be seen without bringing it.
    const namesFiles = [...valuesWithFiles(wire, end.value)].some(([at]) => at === end.value + 1);
    const stays = namesFiles && this.#blobs.name !== null;
    const size = lengthOf(wire[end.value + 1]);
    if (stays && size <= MOST_IN_REDIS) return;
    try {
      if (stays) throw tooLong(call, size);
      const register = async (key: string) => {
        if (!(await this.#register(key))) throw new CancelledError({ task: call, reason: "its run is gone" });
      };
      const content = contentAt(wire, end.value + 1);
      refer(wire, end.value + 1, await this.#blobs.put(`the result of ${call}`, content, register));
    } catch (error) {
      const failure: unknown[] = [];
      toWire(packError(error, { task, role: "error" }), failure);
      wire.splice(end.value, 2, ...failure);
      wire[end.state] = FAILED;
    }
  }
}

function tooLong(call: string, size: number): Error {
  return new BlobError({
    what: `the result of ${call}`,
    size: formatSize(size),
    problem: `names files, so that it cannot lie beside Redis, and in it ${formatSize(MOST_IN_REDIS)} is the most`,
    hint: "Give back the files and what is large from two tasks, or write what is large into a file.",
  });
}
