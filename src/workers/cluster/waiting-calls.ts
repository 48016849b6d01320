import type { Dispatch, TaskAddress } from "../../task/runner.ts";

interface Waiting {
  readonly call: Dispatch;
  /** The place in the order in which they came. */
  readonly order: number;
}

/** Calls that the engine does not have yet: first come first served, but those of one task can go together. */
export class WaitingCalls {
  readonly #tasks = new Map<TaskAddress, Waiting[]>();
  readonly #tasksOf = new Map<number, TaskAddress>();
  #order = 0;
  #before = 0;

  get size(): number {
    return this.#tasksOf.size;
  }

  add(calls: readonly Dispatch[]): void {
    for (const call of calls) {
      this.#order += 1;
      const waiting = this.#tasks.get(call.task);
      if (waiting === undefined) this.#tasks.set(call.task, [{ call, order: this.#order }]);
      else waiting.push({ call, order: this.#order });
      this.#tasksOf.set(call.id, call.task);
    }
  }

  /** Those that had been taken out come first. */
  putBack(calls: readonly Dispatch[]): void {
    for (const call of calls.toReversed()) {
      this.#before -= 1;
      const waiting = this.#tasks.get(call.task);
      if (waiting === undefined) this.#tasks.set(call.task, [{ call, order: this.#before }]);
      else waiting.unshift({ call, order: this.#before });
      this.#tasksOf.set(call.id, call.task);
    }
  }

  /** The first one, and how many of its task there are. */
  get first(): { readonly call: Dispatch; readonly alike: number } | null {
    let first: readonly Waiting[] | null = null;
    for (const waiting of this.#tasks.values()) {
      if (first === null || waiting[0]!.order < first[0]!.order) first = waiting;
    }
    return first === null ? null : { call: first[0]!.call, alike: first.length };
  }

  /** Takes out the first ones of a task. */
  take(task: TaskAddress, count: number): Dispatch[] {
    const waiting = this.#tasks.get(task)!;
    const taken = waiting.splice(0, count).map(({ call }) => call);
    if (waiting.length === 0) this.#tasks.delete(task);
    for (const { id } of taken) this.#tasksOf.delete(id);
    return taken;
  }

  /** Takes one out; false if it is not here. */
  remove(id: number): boolean {
    const task = this.#tasksOf.get(id);
    if (task === undefined) return false;
    const left = this.#tasks.get(task)!.filter(({ call }) => call.id !== id);
    this.#tasksOf.delete(id);
    if (left.length > 0) this.#tasks.set(task, left);
    else this.#tasks.delete(task);
    return true;
  }

  clear(): void {
    this.#tasks.clear();
    this.#tasksOf.clear();
  }
}
