import { type ResourceLimits, Worker, type WorkerOptions } from "node:worker_threads";
import { entry, inheritedFlags } from "../platform.ts";
import { CLAIM_BYTES, type ClaimReader, SharedClaims } from "./claims.ts";
import type { Far, Listener, Transport } from "./transport.ts";

export interface ThreadOptions {
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly resourceLimits?: ResourceLimits | undefined;
}

/** How long a thread that is told to end is waited for: one in native code does not end before that does. */
const STUCK = 500;
/** How long a thread that is still being loaded is waited for before it is terminated, in milliseconds. */
const LOADING = 5_000;

/** Worker threads of this process. */
export class ThreadTransport implements Transport {
  readonly ahead = true;
  readonly #options: ThreadOptions;

  constructor(options: ThreadOptions) {
    this.#options = options;
  }

  start(listener: Listener): Far {
    return new Thread(this.#options, listener);
  }

  close(): void {}
}

class Thread implements Far {
  readonly pid = undefined;
  readonly shares = true;
  readonly claims: ClaimReader;
  readonly #worker: Worker;
  /** It has said something, or has ended. */
  readonly #loaded: Promise<void>;

  constructor({ env, resourceLimits }: ThreadOptions, listener: Listener) {
    const memory = new SharedArrayBuffer(CLAIM_BYTES);
    this.claims = new SharedClaims(memory);
    const { url, flags } = entry("thread");
    const options = {
      workerData: memory,
      stdin: false,
      ...(env === undefined ? {} : { env: { ...process.env, ...env } }),
      ...(resourceLimits === undefined ? {} : { resourceLimits }),
    };
    this.#worker = started(url, options, flags);
    this.#loaded = new Promise(resolve => {
      for (const event of ["message", "error", "exit"] as const) this.#worker.once(event, () => resolve());
    });
    let failure: Error | null = null;
    this.#worker.on("message", (wire: unknown[]) => listener.message(wire));
    this.#worker.on("error", error => {
      failure = error;
    });
    this.#worker.on("exit", code => listener.ended(failure === null ? `exit code ${code}` : causeOf(failure)));
    this.#worker.unref();
  }

  send(wire: unknown[]): void {
    this.#worker.postMessage(wire);
  }

  kill(): void {
    this.#worker.terminate().catch(() => {});
    this.#worker.unref();
  }

  async close(): Promise<void> {
    // Node leaves the files open that a thread reads when it is terminated while it loads its modules.
    await within(this.#loaded, LOADING);
    await within(this.#worker.terminate(), STUCK);
    this.#worker.unref();
  }
}

/** Resolves when something has come to its end, or when the time is up. */
async function within(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>(resolve => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}

/** Starts a thread with the flags of this process. Those for a whole process, which Node refuses here, hold anyway. */
function started(url: URL, options: WorkerOptions, more: readonly string[]): Worker {
  const flags = [...inheritedFlags(), ...more];
  try {
    return new Worker(url, { ...options, execArgv: flags });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== "ERR_WORKER_INVALID_EXEC_ARGV") throw error;
    return new Worker(url, { ...options, execArgv: flags.filter(flag => !message.includes(flag)) });
  }
}

function causeOf(error: Error & { code?: string }): string {
  if (error.code === "ERR_WORKER_OUT_OF_MEMORY") return "it ran out of memory";
  return `${error.name}: ${error.message}`;
}
