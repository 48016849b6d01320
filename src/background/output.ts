/** What jobs print and log, by job, read from the events of the run that they are calls of. */
import type { EventReader, HeddleEvent } from "../events/event.ts";

const MOST = 32 * 1024;

/** The end of what one job had to say. */
export class Output {
  #text = "";
  #dropped = 0;

  add(text: string): void {
    this.#text += text;
    // Trimmed rarely, as each trim copies.
    if (this.#text.length > 2 * MOST) this.#trim();
  }

  #trim(): void {
    const over = this.#text.length - MOST;
    if (over <= 0) return;
    this.#text = this.#text.slice(over);
    this.#dropped += over;
  }

  get text(): string {
    this.#trim();
    return this.#dropped === 0 ? this.#text : `… ${this.#dropped} characters before\n${this.#text}`;
  }
}

/** Calls that belong to one job. */
interface Range {
  readonly first: number;
  end: number;
  readonly output: Output;
}

/** The outputs of the jobs that are under way. */
export class Outputs {
  /** In the order of their calls. */
  #ranges: Range[] = [];

  /** A job is this call; what that calls belongs to it, too. */
  begin(call: number): Output {
    const output = new Output();
    this.#assign(call, 1, output);
    return output;
  }

  end(output: Output): string {
    this.#ranges = this.#ranges.filter(range => range.output !== output);
    return output.text;
  }

  readonly reader: EventReader = events => {
    if (this.#ranges.length > 0) for (const event of events) this.#read(event);
  };

  #read(event: HeddleEvent): void {
    if (event.type === "submitted") {
      const output = event.parent === null ? undefined : this.#of(event.parent);
      if (output !== undefined) this.#assign(event.first, event.count, output);
    } else if ("call" in event && event.call !== null) {
      const text = textOf(event);
      if (text !== null) this.#of(event.call)?.add(text);
    }
  }

  #of(call: number): Output | undefined {
    const range = this.#ranges[this.#behind(call) - 1];
    return range !== undefined && call < range.end ? range.output : undefined;
  }

  #assign(first: number, count: number, output: Output): void {
    const at = this.#behind(first);
    const before = this.#ranges[at - 1];
    if (before?.output === output && before.end === first) before.end += count;
    else this.#ranges.splice(at, 0, { first, end: first + count, output });
  }

  /** Where the ranges begin that lie behind this call. */
  #behind(call: number): number {
    let [low, high] = [0, this.#ranges.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#ranges[middle]!.first <= call) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** What all calls of a run that is one job had to say. */
export function outputOfRun(): { readonly reader: EventReader; readonly text: string } {
  const output = new Output();
  return {
    reader(events) {
      for (const event of events) {
        const text = textOf(event);
        if (text !== null) output.add(text);
      }
    },
    get text() {
      return output.text;
    },
  };
}

function textOf(event: HeddleEvent): string | null {
  if (event.type === "output") return event.text;
  if (event.type === "log") {
    return `${event.level} ${event.message}${event.data === undefined ? "" : ` ${JSON.stringify(event.data)}`}\n`;
  }
  if (event.type === "warning" && event.call !== null) return `${event.name}: ${event.message}\n`;
  if (event.type === "retrying") return `attempt ${event.attempt} ${event.state}: ${event.error.message}\n`;
  return null;
}
