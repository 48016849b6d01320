import { oneClass } from "./one-class.ts";

/** What this thread knows of memory that is passed without a copy. */
export const sharedMemory = oneClass("SharedMemory", {
  /** Memory that `shared` was given, here or where it came from. */
  known: new WeakSet<ArrayBufferLike>(),
  /** What `move` has taken. */
  moved: new WeakSet<ArrayBufferLike>(),
  /** What was detached: by `move`, or as it has left this thread. */
  gone: new WeakSet<ArrayBufferLike>(),
});
