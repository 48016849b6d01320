/** What a call comes to that was cancelled. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CallState, Future } from "heddle";
import { describe, expect } from "vitest";
import { type Ended, folder, runOn } from "../cached/rig.ts";
import { stopsEarly, untilThere } from "../fixtures/cases/cache-tasks.mjs";
import { abroad, type Bench, on, throughout } from "./places.ts";

/** In milliseconds. */
const BUSY = 1_200;
/** So long a call has the time to start another program. */
const LONG = 20;

/** What a task has written. */
const logIn = (shared: string) => (existsSync(join(shared, "log")) ? readFileSync(join(shared, "log"), "utf8") : "");

function keepBusy(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end; );
}

/** Has a call end while nothing is heard here, and then does something about it. */
function endUnheard(
  bench: Bench,
  where: string,
  shared: string,
  then: (call: Future<string>, interrupt: () => void) => void,
): Promise<Ended<CallState>> {
  return runOn(bench, where, async interrupt => {
    const call = untilThere.submit(shared);
    while (logIn(shared) !== "begun\n") await new Promise(setImmediate);
    keepBusy(LONG);
    writeFileSync(join(shared, "go"), "");
    while (logIn(shared) !== "begun\nended\n");
    then(call, interrupt);
    return call.wait();
  });
}

describe("a call that was cancelled", () => {
  on(abroad, "had ended before it heard of that: its result is kept", async bench => {
    const [where, shared] = [folder(), folder()];
    const first = await endUnheard(bench, where, shared, call => call.cancel("too late"));
    expect(first.value).toBe("cancelled");
    expect((await runOn(bench, where, () => untilThere.submit(shared))).value).toBe("whole");
    expect(logIn(shared)).toBe("begun\nended\n");
  });

  on(abroad, "had ended before it heard of that, and this thread is busy for long: its result is kept", async bench => {
    const [where, shared] = [folder(), folder()];
    const first = await endUnheard(bench, where, shared, call => {
      call.cancel("too late");
      // Longer than any runner waits for a call that was cancelled.
      keepBusy(BUSY);
    });
    expect(first.value).toBe("cancelled");
    expect((await runOn(bench, where, () => untilThere.submit(shared))).value).toBe("whole");
    expect(logIn(shared)).toBe("begun\nended\n");
  });

  on(abroad, "as its run was interrupted, and may have started what Ctrl-C ends, too: it runs again", async bench => {
    const [where, shared] = [folder(), folder()];
    const first = await endUnheard(bench, where, shared, (_, interrupt) => interrupt());
    expect(first.error).toMatchObject({ code: "INTERRUPTED" });
    expect((await runOn(bench, where, () => untilThere.submit(shared))).value).toBe("whole");
    // What a terminal does not reach has not been cut short.
    const runner = bench.runner();
    const isFar = typeof runner === "string" || runner.sharesDisk === false;
    expect(logIn(shared)).toBe("begun\nended\n".repeat(isFar ? 1 : 2));
  });

  on(throughout, "and gives what it has as it hears of that: nothing is kept", async bench => {
    const { at, channel } = bench;
    const where = folder();
    const first = await runOn(bench, where, async () => {
      const call = stopsEarly.submit(at);
      await channel.reached("stops early");
      call.cancel("enough");
      return call.wait();
    });
    expect(first.value).toBe("cancelled");
    const second = await runOn(bench, where, async () => {
      const call = stopsEarly.submit(at);
      await channel.nth(1);
      call.cancel("enough");
      return call.wait();
    });
    expect(second.value).toBe("cancelled");
    expect(channel.heard).toEqual(["stops early", "stops early"]);
  });
});
