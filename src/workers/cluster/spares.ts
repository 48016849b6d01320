/** Bridges that stay connected for a moment after their run, as another one may follow: Python takes long to start. */
import type { Bridge } from "./bridge.ts";

/** In milliseconds: how long one is kept, and how long it may take to be ready for that. */
const [KEPT, CLEARING] = [5_000, 10_000];

const spares = new Map<string, Set<Bridge>>();

/** One that is connected as `key` says, if there is one. Its listener is to be set at once. */
export function takeSpare(key: string): Bridge | undefined {
  const bridge = spares.get(key)?.values().next().value;
  if (bridge !== undefined) forget(key, bridge);
  return bridge;
}

/** Resolves when nothing of its run is left. */
export function keepSpare(key: string, bridge: Bridge): Promise<void> {
  return new Promise(resolve => {
    const end = () => {
      clearTimeout(timer);
      forget(key, bridge);
      void bridge.close().then(resolve);
    };
    let timer = setTimeout(end, CLEARING);
    bridge.listener = {
      // What the run had not heard yet is of no interest.
      said(operation) {
        if (operation === "broken" || operation === "failed") end();
        if (operation !== "resting") return;
        clearTimeout(timer);
        timer = setTimeout(() => forget(key, bridge) && end(), KEPT).unref();
        spares.set(key, (spares.get(key) ?? new Set()).add(bridge));
        resolve();
      },
      ended: end,
    };
    bridge.say("rest");
  });
}

/** Gives whether it was kept. */
function forget(key: string, bridge: Bridge): boolean {
  return spares.get(key)?.delete(bridge) === true;
}
