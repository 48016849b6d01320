import { isMainThread } from "node:worker_threads";

/** How long one look is good for, in milliseconds: it costs tens of microseconds. */
const LOOK = 5;

/** A worker's eye on its own memory: tells, once, when more is in use than it may have. */
export class MemoryLimit {
  readonly #bytes: number;
  readonly #tell: (bytes: number) => void;
  #looked = 0;
  #told = false;

  constructor(bytes: number, tell: (bytes: number) => void) {
    this.#bytes = bytes;
    this.#tell = tell;
  }

  /** A call has ended; `last`: none is left to do. */
  callEnded(last: boolean): void {
    if (this.#told) return;
    const now = performance.now();
    if (!last && now - this.#looked < LOOK) return;
    this.#looked = now;
    const used = memoryInUse();
    if (used <= this.#bytes) return;
    this.#told = true;
    this.#tell(used);
  }
}

/** Of a process all that is resident; of a thread its heap, and what the objects in it hold outside. */
function memoryInUse(): number {
  if (isMainThread) return process.memoryUsage.rss();
  const { heapTotal, external } = process.memoryUsage();
  return heapTotal + external;
}
