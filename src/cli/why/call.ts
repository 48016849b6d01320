/** Finds the call of a run that a word means, as displays name it. */
import { nearest } from "../../config/nearest.ts";
import { UsageError } from "../../errors.ts";
import type { CallsSubmitted, TaskDefined } from "../../events/event.ts";
import { readRunLog } from "../../events/log.ts";
import { plural } from "../../report/format.ts";
import { oneLine } from "../../report/text.ts";
import type { LoggedRun } from "../logged-runs.ts";

/** A call of a run. */
export interface CallRef {
  readonly number: number;
  /** As displays name it. */
  readonly name: string;
  /** `score-12`, also where it has another name. */
  readonly id: string;
  readonly task: TaskDefined;
}

/** Of the names that went by, for suggestions. */
const MOST_NAMES = 20_000;
const MOST_SHOWN = 8;

/** The calls of a run and their names, as far as they matter for one word. */
class Names {
  readonly #word: string;
  /** What stands behind the last dash. */
  readonly #number: number;
  readonly #tasks = new Map<number, TaskDefined>();
  readonly #ranges: CallsSubmitted[] = [];
  /** Calls that the display names otherwise than by number: those with this name, and some others. */
  readonly #named = new Map<number, string>();

  constructor(word: string) {
    this.#word = word;
    const [, digits] = /-(\d{1,15})$/.exec(word) ?? [];
    this.#number = digits === undefined ? -1 : Number(digits);
  }

  async read({ log }: LoggedRun): Promise<void> {
    for await (const event of readRunLog(log)) {
      if (event.type === "taskDefined") this.#tasks.set(event.task, event);
      else if (event.type === "submitted") this.#ranges.push(event);
      else if (event.type === "named") {
        const counts = event.name === this.#word || event.call === this.#number;
        if (counts || this.#named.size < MOST_NAMES) this.#named.set(event.call, event.name);
      }
    }
  }

  /** Calls that are displayed so, else the one whose number this is. */
  meant(): CallRef[] {
    const displayed = [...this.#named].filter(([, name]) => name === this.#word).map(([call]) => call);
    const byNumber = this.ref(this.#number);
    const isId = byNumber?.id === this.#word;
    if (isId && !this.#named.has(this.#number)) displayed.push(this.#number);
    if (displayed.length === 0) return isId ? [byNumber] : [];
    return displayed.flatMap(call => this.ref(call) ?? []);
  }

  ref(number: number): CallRef | undefined {
    const range = this.#ranges.find(({ first, count }) => number >= first && number < first + count);
    const task = range === undefined ? undefined : this.#tasks.get(range.task);
    if (task === undefined) return undefined;
    const id = `${task.name}-${number}`;
    return { number, id, name: this.#named.get(number) ?? id, task };
  }

  /** What to do about a word that means no call. */
  hint(): string {
    const tasks = [...this.#tasks.values()].map(({ name }) => name);
    const other = this.ref(this.#number);
    const before = this.#word.replace(/-\d+$/, "");
    const task = [this.#word, before].find(name => tasks.includes(name));
    if (task !== undefined) {
      const instead = other === undefined ? "" : ` Number ${this.#number} is ${other.name}.`;
      return `${this.#callsOf(task)}${instead}`;
    }
    const near = nearest(this.#word, [...new Set(this.#named.values())]);
    if (near !== undefined) return `Did you mean ${near}?`;
    const nearTask = nearest(before, tasks);
    if (nearTask === undefined) return `It has calls of: ${[...new Set(tasks)].join(", ")}.`;
    return other?.task.name === nearTask ? `Did you mean ${other.name}?` : this.#callsOf(nearTask);
  }

  #callsOf(task: string): string {
    const found: string[] = [];
    let total = 0;
    for (const { task: number, first, count } of this.#ranges) {
      if (this.#tasks.get(number)?.name !== task) continue;
      total += count;
      for (let i = 0; i < count && found.length < MOST_SHOWN; i++) found.push(this.ref(first + i)!.name);
    }
    if (total === 0) return `No call of ${task} was submitted in it.`;
    const more = total > found.length ? ", …" : "";
    return `It has ${plural(total, "call")} of ${task}: ${found.map(oneLine).join(", ")}${more}.`;
  }
}

/** @throws UsageError for a word that means no call, or several. */
export async function findCall(run: LoggedRun, word: string): Promise<CallRef> {
  const names = new Names(word);
  await names.read(run);
  const meant = names.meant();
  if (meant.length === 1) return meant[0]!;
  if (meant.length === 0) {
    throw new UsageError({ problem: `There is no call "${word}" in the run ${run.id}`, hint: names.hint() });
  }
  const ids = meant.slice(0, MOST_SHOWN).map(({ id }) => id);
  const more = meant.length - ids.length;
  throw new UsageError({
    problem: `"${word}" can be any of ${plural(meant.length, "call")} in the run ${run.id}`,
    hint: `Give the number of one: ${ids.join(", ")}${more > 0 ? ` and ${more} more` : ""}`,
  });
}
