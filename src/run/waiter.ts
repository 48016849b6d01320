import { shared } from "../task/shared.ts";

/** The same promise; a task that awaits it leaves its slot to others meanwhile. */
export function awaited<T>(promise: Promise<T>): Promise<T> {
  return shared.ambient.getStore()?.call?.wait(promise) ?? promise;
}
