import type { Dispatch, TaskAddress } from "../../task/runner.ts";

interface Waiting {
  readonly call: Dispatch;
  /** The place in the order in which they came. */
  readonly order: number;
  isRemoved: boolean;
}

/** The calls of a task, from the first that has not been taken; those that were removed stay among them for a while. */
class Queue {
  /** How many are left. */
  size = 0;
  #calls: Waiting[] = [];
  #at = 0;

  get first(): Waiting {
    while (this.#calls[this.#at]!.isRemoved) this.#at += 1;
    return this.#calls[this.#at]!;
  }

  push(waiting: Waiting): void {
    this.#calls.push(waiting);
    this.size += 1;
  }

  unshift(waiting: Waiting): void {
    if (this.#at === 0) this.#calls.unshift(waiting);
    else {
      this.#at -= 1;
      this.#calls[this.#at] = waiting;
    }
    this.size += 1;
  }

  shift(): Waiting {
    const { first } = this;
    this.#at += 1;
    this.#less();
    return first;
  }

  remove(waiting: Waiting): void {
    waiting.isRemoved = true;
    this.#less();
  }

  #less(): void {
    this.size -= 1;
    // Seldom enough that it costs each of them little.
    if (this.#calls.length < 2 * this.size + 32) return;
    this.#calls = this.#calls.slice(this.#at).filter(({ isRemoved }) => !isRemoved);
    this.#at = 0;
  }
}

/** Calls that the engine does not have yet: first come first served, but those of one task can go together. */
export class WaitingCalls {
  readonly #tasks = new Map<TaskAddress, Queue>();
  readonly #byId = new Map<number, Waiting>();
  #order = 0;
  #before = 0;

  get size(): number {
    return this.#byId.size;
  }

  add(calls: readonly Dispatch[]): void {
    for (const call of calls) {
      this.#order += 1;
      this.#queueOf(call).push(this.#entered(call, this.#order));
    }
  }

  /** Those that had been taken out come first. */
  putBack(calls: readonly Dispatch[]): void {
    for (const call of calls.toReversed()) {
      this.#before -= 1;
      this.#queueOf(call).unshift(this.#entered(call, this.#before));
    }
  }

  /** The first one, and how many of its task there are. */
  get first(): { readonly call: Dispatch; readonly alike: number } | null {
    let first: Queue | null = null;
    for (const queue of this.#tasks.values()) {
      if (first === null || queue.first.order < first.first.order) first = queue;
    }
    return first === null ? null : { call: first.first.call, alike: first.size };
  }

  /** Takes out the first ones of a task. */
  take(task: TaskAddress, count: number): Dispatch[] {
    const queue = this.#tasks.get(task)!;
    const taken: Dispatch[] = [];
    while (taken.length < count && queue.size > 0) taken.push(queue.shift().call);
    for (const { id } of taken) this.#byId.delete(id);
    if (queue.size === 0) this.#tasks.delete(task);
    return taken;
  }

  /** Takes one out; false if it is not here. */
  remove(id: number): boolean {
    const waiting = this.#byId.get(id);
    if (waiting === undefined) return false;
    this.#byId.delete(id);
    const { task } = waiting.call;
    const queue = this.#tasks.get(task)!;
    queue.remove(waiting);
    if (queue.size === 0) this.#tasks.delete(task);
    return true;
  }

  clear(): void {
    this.#tasks.clear();
    this.#byId.clear();
  }

  #queueOf({ task }: Dispatch): Queue {
    let queue = this.#tasks.get(task);
    if (queue === undefined) {
      queue = new Queue();
      this.#tasks.set(task, queue);
    }
    return queue;
  }

  #entered(call: Dispatch, order: number): Waiting {
    const waiting = { call, order, isRemoved: false };
    this.#byId.set(call.id, waiting);
    return waiting;
  }
}
