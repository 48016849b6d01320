import { task } from "../../task/task.ts";

/** What the doctor lets each runner execute. */
export const probe = task("heddle doctor", (n: number) => n + 1);
