import type { Service } from "../queue.ts";
import { calledBy, hasCode } from "../remote.ts";
import { lineIn, lineOf } from "./record.ts";

/** The lines that a worker serves, and whether what stands in them is calls of runs. */
export class Served {
  readonly #known: ReadonlyMap<string, boolean>;
  /** The queues of which it takes calls of any task whose code can be sent. */
  readonly #open: ReadonlySet<string>;

  constructor({ queues, tasks, takesCode = false }: Pick<Service, "queues" | "tasks" | "takesCode">) {
    const all = queues.flatMap(queue => tasks.map(task => ({ queue, task })));
    this.#known = new Map(all.map(each => [lineOf(each), calledBy(each.task) !== null] as const));
    this.#open = new Set(takesCode ? queues : []);
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /** Undefined for a line that it does not serve. */
  get(name: string): boolean | undefined {
    const known = this.#known.get(name);
    if (known !== undefined || this.#open.size === 0) return known;
    const { queue, task } = lineIn(name);
    return this.#open.has(queue) && hasCode(task) ? true : undefined;
  }
}
