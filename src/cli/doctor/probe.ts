import { threadId } from "node:worker_threads";
import { flow, task } from "../../task/task.ts";

/** Where a call runs. */
export interface Whereabouts {
  readonly pid: number;
  readonly thread: number;
}

const probe = task("heddle doctor", (): Whereabouts => ({ pid: process.pid, thread: threadId }));

/** What the doctor lets each runner execute: one call that tells where it is. */
export const examination = flow("heddle doctor examines", () => probe.submit());
