/** Of which project, by its root, the target is whose function is running: one for all copies of heddle in a process. */
import { AsyncLocalStorage } from "node:async_hooks";

const KEY = Symbol.for("heddle.within.1");
const holder = globalThis as { [KEY]?: AsyncLocalStorage<string> };
holder[KEY] ??= new AsyncLocalStorage();
export const within: AsyncLocalStorage<string> = holder[KEY];
