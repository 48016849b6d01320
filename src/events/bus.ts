import { AsyncResource } from "node:async_hooks";
import type { EventReader, HeddleEvent } from "./event.ts";
import { errorFacts } from "./facts.ts";

const mostPending = 4096;
const flushEvery = 50;

/**
 * Carries events from the run to its readers, in batches and in order.
 *
 * A reader that throws is detached and reported as a warning event: a display that breaks must not break the run.
 */
export class EventBus {
  readonly #readers = new Set<EventReader>();
  #pending: HeddleEvent[] = [];
  #timer: NodeJS.Timeout | undefined;
  #flushing = false;
  /** Readers are not a part of the call that happens to fill the batch: what they write is not its output. */
  readonly #outside = new AsyncResource("heddle events");

  emit(event: HeddleEvent): void {
    this.#pending.push(event);
    if (this.#flushing) return;
    if (this.#pending.length >= mostPending) this.flush();
    else if (this.#timer === undefined) this.#timer = setTimeout(() => this.flush(), flushEvery).unref();
  }

  /** Hands everything that is pending to the readers, now. */
  flush(): void {
    if (this.#flushing) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#flushing = true;
    try {
      while (this.#pending.length > 0) {
        const batch = this.#pending;
        this.#pending = [];
        this.#outside.runInAsyncScope(() => {
          for (const reader of [...this.#readers]) this.#deliver(reader, batch);
        });
      }
    } finally {
      this.#flushing = false;
    }
  }

  /** Adds a reader of all events that are not yet delivered; the function returned detaches it. */
  read(reader: EventReader): () => void {
    this.#readers.add(reader);
    return () => {
      this.#readers.delete(reader);
    };
  }

  #deliver(reader: EventReader, batch: readonly HeddleEvent[]): void {
    if (!this.#readers.has(reader)) return;
    try {
      reader(batch);
    } catch (error) {
      this.#readers.delete(reader);
      this.#report(error);
    }
  }

  #report(error: unknown): void {
    const { name, message } = errorFacts(error);
    const text = `A reader of events failed and was detached; the run goes on. ${name}: ${message}`;
    // With no reader left, the warning would be lost.
    if (this.#readers.size === 0) process.emitWarning(text, "HeddleWarning");
    else this.#pending.push({ type: "warning", at: Date.now(), call: null, name: "heddle", message: text });
  }
}
