/** What a call comes to that was cancelled. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { folder, runOn } from "../cached/rig.ts";
import { stopsEarly, untilThere } from "../fixtures/cases/cache-tasks.mjs";
import { abroad, on, throughout } from "./places.ts";

/** In milliseconds. */
const BUSY = 1_200;
/** So long a call has the time to start another program. */
const LONG = 20;

/** What a task has written. */
const logIn = (shared: string) => (existsSync(join(shared, "log")) ? readFileSync(join(shared, "log"), "utf8") : "");

describe("a call that was cancelled", () => {
  on(abroad, "had ended before it heard of that: its result is kept", async bench => {
    const [where, shared] = [folder(), folder()];
    const first = await runOn(bench, where, async () => {
      const call = untilThere.submit(shared);
      while (logIn(shared) !== "begun\n") await new Promise(setImmediate);
      writeFileSync(join(shared, "go"), "");
      // Nothing is heard here meanwhile.
      while (logIn(shared) !== "begun\nended\n");
      call.cancel("too late");
      return call.wait();
    });
    expect(first.value).toBe("cancelled");
    expect((await runOn(bench, where, () => untilThere.submit(shared))).value).toBe("whole");
    expect(logIn(shared)).toBe("begun\nended\n");
  });

  on(abroad, "had ended before it heard of that, and this thread is busy for long: its result is kept", async bench => {
    const [where, shared] = [folder(), folder()];
    const first = await runOn(bench, where, async () => {
      const call = untilThere.submit(shared);
      while (logIn(shared) !== "begun\n") await new Promise(setImmediate);
      writeFileSync(join(shared, "go"), "");
      while (logIn(shared) !== "begun\nended\n");
      call.cancel("too late");
      // Longer than any runner waits for a call that was cancelled.
      for (const end = performance.now() + BUSY; performance.now() < end; );
      return call.wait();
    });
    expect(first.value).toBe("cancelled");
    expect((await runOn(bench, where, () => untilThere.submit(shared))).value).toBe("whole");
    expect(logIn(shared)).toBe("begun\nended\n");
  });

  on(abroad, "as its run was interrupted, and may have started what Ctrl-C ends, too: it runs again", async bench => {
    const [where, shared] = [folder(), folder()];
    const first = await runOn(bench, where, async interrupt => {
      const call = untilThere.submit(shared);
      while (logIn(shared) !== "begun\n") await new Promise(setImmediate);
      for (const end = performance.now() + LONG; performance.now() < end; );
      writeFileSync(join(shared, "go"), "");
      while (logIn(shared) !== "begun\nended\n");
      interrupt();
      return call.wait();
    });
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
