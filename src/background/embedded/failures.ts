/** What goes wrong with the queue's folder. */
import { damagedIndex, type Kept, storeError } from "../../store/failures.ts";

const QUEUE: Kept = {
  name: "queue",
  room: "",
  elsewhere: "name another folder with -o (`delay: { store }`, or HEDDLE_QUEUE in the environment)",
  anew: "What it held cannot be read any more. While nothing uses it, put back a copy of its folder `queue`, or move that away: then it begins anew, without jobs.",
};

export function queueError(folder: string, error: unknown): Error {
  return storeError(folder, error, QUEUE);
}

export function damagedQueue(folder: string, how: string, cause?: unknown): Error {
  return damagedIndex(folder, how, cause, QUEUE);
}
