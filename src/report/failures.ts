import type { ErrorFacts, FailureState } from "../events/event.ts";
import type { Capture } from "./capture.ts";

const mostGroups = 64;
const mostNames = 5;
const mostHeads = 20;

export interface Failure {
  readonly call: number;
  /** As the display calls it. */
  readonly name: string;
  readonly task: string;
  readonly state: FailureState;
  readonly error: ErrorFacts;
  readonly attempt: number;
  readonly worker: string | undefined;
  readonly ms: number;
  /** What the call printed and logged. */
  readonly capture: Capture;
  /** Of a target: the command that builds those of these names again. */
  readonly again: ((names: readonly string[]) => string) | undefined;
}

/** Failures that say the same: equal state, error and output of calls of one task. */
export interface FailureGroup extends Failure {
  count: number;
  /** Names of a few further calls of the group. */
  readonly others: string[];
}

/** What a failure is in one line, without the numbers that tell it from its like: `score: Error: no row #`. */
export function headOf({ task, error }: Pick<Failure, "task" | "error">): string {
  return `${task}: ${error.name}: ${error.message.split("\n", 1)[0]!.replace(/\d+/g, "#")}`;
}

/** The failures of a run: the first 64 different ones in full, the others counted. */
export class Failures {
  readonly groups: FailureGroup[] = [];
  /** Failures beyond the groups. */
  more = 0;
  /** What they were, with counts; a few. */
  readonly heads = new Map<string, number>();
  readonly #byKey = new Map<string, FailureGroup>();

  add(failure: Failure): void {
    const { task, state, error, capture, name } = failure;
    const key = [task, state, error.name, error.message, capture.key].join("\0");
    const group = this.#byKey.get(key);
    if (group !== undefined) {
      group.count++;
      if (group.others.length < mostNames) group.others.push(name);
    } else if (this.groups.length < mostGroups) {
      const added = { ...failure, count: 1, others: [] };
      this.groups.push(added);
      this.#byKey.set(key, added);
    } else {
      this.more++;
      const head = headOf(failure);
      const known = this.heads.get(head);
      if (known !== undefined || this.heads.size < mostHeads) this.heads.set(head, (known ?? 0) + 1);
    }
  }

  captureOf(call: number): Capture | undefined {
    return this.groups.find(group => group.call === call)?.capture;
  }

  /** Whether this very error has been told already, as that of a call, or those of the targets that it is about. */
  knows(error: ErrorFacts): boolean {
    return (
      error.code === "BUILD_FAILED" ||
      this.groups.some(group => group.error.name === error.name && group.error.message === error.message)
    );
  }
}
