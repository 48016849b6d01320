/** A build that is watched: it says what its targets are about, and is told what changes meanwhile. */
import type { StartedBuild } from "../../build/start.ts";
import { someNames } from "./names.ts";
import { type Interests, interestsOf } from "./watch-plan.ts";

/** In the environment of builds that a watching one has begun. */
export const WATCHED = "HEDDLE_WATCHED";

/** From the watching process. */
export interface Told {
  readonly changed: readonly string[];
}

/** To the watching process. */
export interface Telling {
  readonly interests: Interests;
}

/** Only the process that was begun so is watched, and none that its targets begin. */
const isWatched = process.env[WATCHED] === "1" && process.send !== undefined;
if (isWatched) delete process.env[WATCHED];

export function beingWatched(): boolean {
  return isWatched;
}

/** From now on until the function that this gives is called; that settles when all is told. */
export function listenToWatcher(started: StartedBuild, say: (message: string) => void): () => Promise<void> {
  if (!isWatched) return () => Promise.resolve();
  const onMessage = ({ changed }: Told) => {
    const given = started.changed(changed);
    if (given.length > 0) say(`${someNames(changed)} changed: ${someNames(given)} given up, to be built again`);
  };
  // Nobody watches any more.
  const onDisconnect = () => started.run.interrupt();
  process.on("message", onMessage);
  // A build that hangs ends, and says so, as if nobody watched.
  process.channel?.unref();
  process.on("disconnect", onDisconnect);
  void tell({ interests: interestsOf(started.graph) });
  return async () => {
    process.off("message", onMessage);
    process.off("disconnect", onDisconnect);
    // Targets may have returned others.
    await tell({ interests: interestsOf(started.graph) });
  };
}

function tell(telling: Telling): Promise<void> {
  return new Promise(resolve => {
    if (process.connected) process.send!(telling, undefined, undefined, () => resolve());
    else resolve();
  });
}
