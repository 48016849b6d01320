import type { ClaimReader } from "./claims.ts";
import type { StreamName } from "./protocol.ts";

/** Hears from one worker. */
export interface Listener {
  message(wire: unknown[]): void;
  /** What was written straight to its descriptors, past the capture. */
  raw(stream: StreamName, text: string): void;
  /** It is gone, and all that it said has been heard. `cause` completes "the worker died: …"; `error` says why it never began. */
  ended(cause: string, error?: Error): void;
}

/** One worker, as the coordinator holds it. */
export interface Far {
  readonly pid: number | undefined;
  readonly claims: ClaimReader;
  /** It can read this process's shared memory. */
  readonly shares: boolean;
  /** It has this number among the workers of the run. */
  counted?(number: number): void;
  send(wire: unknown[]): void;
  /** Ends it by force, without waiting. */
  kill(): void;
  /** Ends it; resolves when it is gone, or when it cannot be waited for. A busy one may not notice, and gets less time. */
  close(busy: boolean): Promise<void>;
}

/** A way of having workers. They never keep this process alive. */
export interface Transport {
  /** Whether calls may wait at a worker: only where they can be taken back. */
  readonly ahead: boolean;
  start(listener: Listener): Far;
  /** Resolves when nothing is left of workers that were ended by force. */
  close(): void | Promise<void>;
}
