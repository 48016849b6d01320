import type { ClaimReader } from "./claims.ts";
import type { StreamName } from "./protocol.ts";

/** Hears from one worker. */
export interface Listener {
  message(wire: unknown[]): void;
  /** What was written straight to its descriptors, past the capture. */
  raw(stream: StreamName, text: string): void;
  /** It is gone, and all that it said has been heard. `cause` completes "the worker died: …". */
  ended(cause: string): void;
}

/** One worker, as the coordinator holds it. */
export interface Far {
  readonly pid: number | undefined;
  readonly claims: ClaimReader;
  send(wire: unknown[]): void;
  /** Ends it by force, without waiting. */
  kill(): void;
  /** Ends it; resolves when it is gone, or when it cannot be waited for. */
  close(): Promise<void>;
}

/** A way of having workers. They never keep this process alive. */
export interface Transport {
  start(listener: Listener): Far;
  close(): void;
}
