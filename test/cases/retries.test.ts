import { backoff, flow, type HookCall } from "heddle";
import { describe, expect } from "vitest";
import { add, failsUntil, held, says, stalls } from "../fixtures/cases/tasks.mjs";
import { type Bench, everywhere, everywhereAndRay, on, throughout } from "./places.ts";

let flows = 0;

/** Runs a body and gives the delays before its retries. */
async function delays({ watch }: Bench, body: () => unknown): Promise<number[]> {
  const { result, witness } = watch(body);
  await result.catch(() => {});
  return witness.of("retrying").map(({ delay }) => delay);
}

describe("retries", () => {
  on(throughout, "as many attempts as retries allow, with the last delay repeated", async bench => {
    const waited = await delays(bench, () => failsUntil.with({ retries: 3, retryDelay: [1, 2] }).submit(9, bench.at));
    expect(waited).toEqual([1, 2, 2]);
    expect(bench.channel.heard).toEqual(["attempt 1", "attempt 2", "attempt 3", "attempt 4"]);
  });

  on(everywhere, "an attempt that succeeds ends it", async ({ run, at, channel }) => {
    expect(await run(() => failsUntil.with({ retries: 5 }).submit(3, at))).toBe("attempt 3");
    expect(channel.heard).toHaveLength(3);
  });

  on(throughout, "a map retries each of its calls", async ({ run }) => {
    const found = await run(() => failsUntil.with({ retries: 2 }).map([1, 2, 3, 4], ["", "", "", ""]).settled());
    expect(found.map(outcome => outcome.ok && outcome.value)).toEqual(["attempt 1", "attempt 2", "attempt 3", false]);
  });

  on(everywhere, "retryIf stops where it says false", async ({ run, at, channel }) => {
    const asked: unknown[] = [];
    const retryIf = (error: Error, attempt: number) => {
      asked.push([error.message, attempt]);
      return attempt < 2;
    };
    const outcome = await run(() => failsUntil.with({ retries: 9, retryIf }).submit(9, at).settled());
    expect(outcome).toMatchObject({ ok: false, error: { message: "attempt 2 failed" } });
    expect(channel.heard).toEqual(["attempt 1", "attempt 2"]);
    expect(asked).toEqual([
      ["attempt 1 failed", 1],
      ["attempt 2 failed", 2],
    ]);
  });

  on(["inline"], "jitter spreads delays both ways", async bench => {
    const waited = await delays(bench, () =>
      failsUntil.with({ retries: 1, retryDelay: 10, retryJitter: 0.5 }).map(
        Array.from({ length: 200 }, () => 9),
        Array.from({ length: 200 }, () => ""),
      ),
    );
    expect(waited).toHaveLength(200);
    expect(Math.min(...waited)).toBeGreaterThanOrEqual(5);
    expect(Math.max(...waited)).toBeLessThanOrEqual(15);
    expect(Math.min(...waited)).toBeLessThan(7.5);
    expect(Math.max(...waited)).toBeGreaterThan(12.5);
  });

  on(["inline"], "delays by a backoff, by a function, and a function that fails", async bench => {
    const growing = failsUntil.with({ retries: 4, retryDelay: backoff({ base: 1, factor: 2, max: 5 }) });
    expect(await delays(bench, () => growing.submit(9, ""))).toEqual([1, 2, 4, 5]);
    const counted = failsUntil.with({ retries: 2, retryDelay: attempt => `${attempt}ms` });
    expect(await delays(bench, () => counted.submit(9, ""))).toEqual([1, 2]);
    const broken = failsUntil.with({ retries: 2, retryDelay: () => -1 });
    expect(await delays(bench, () => broken.submit(9, ""))).toEqual([]);
  });

  on(throughout, "an attempt that runs out of time is tried again", async ({ run, at, channel }) => {
    expect(await run(() => stalls.with({ retries: 9, timeout: 1_000 }).submit(at))).toMatch(/^attempt [2-9]$/);
    expect(channel.count("stalled")).toBeLessThanOrEqual(1);
  });

  on(everywhere, "a call that waits for its retry can be cancelled", async ({ run, channel, at }) => {
    const found = await run(async () => {
      const future = failsUntil.with({ retries: 1, retryDelay: "1h" }).submit(9, at);
      await channel.reached("attempt 1");
      while (future.state !== "retrying") await new Promise(setImmediate);
      expect(future.cancel("enough")).toBe(true);
      return { state: await future.wait(), error: future.error };
    });
    expect(found.state).toBe("cancelled");
    expect(channel.heard).toEqual(["attempt 1"]);
  });

  on(everywhere, "a flow is tried again as a whole", async ({ run, at, channel }) => {
    let attempts = 0;
    const shaky = flow(`shaky ${flows++}`, { retries: 2 }, async () => {
      attempts++;
      await says.submit(at, "step");
      if (attempts < 3) throw new Error("not yet");
      return attempts;
    });
    expect(await run(() => shaky())).toBe(3);
    expect(channel.count("step")).toBe(3);
  });
});

describe("hooks", () => {
  on(everywhereAndRay, "each at its moment, in the coordinator, with the call", async ({ run }) => {
    const told: string[] = [];
    const hook = (name: string) => (call: HookCall, about?: unknown) => {
      const detail = about instanceof Error ? about.message : about;
      told.push([name, call.task, call.attempt, call.state, detail].join(" ").trim());
    };
    const hooks = {
      onStart: hook("start"),
      onSuccess: hook("success"),
      onFailure: hook("failure"),
      onRetry: hook("retry"),
      onCancel: hook("cancel"),
    };
    await run(async () => {
      const hooked = failsUntil.with({ ...hooks, retries: 1 });
      await hooked.submit(2, "");
      await hooked.submit(9, "").settled();
    });
    expect(told).toEqual([
      "start failsUntil 1 running",
      "retry failsUntil 1 retrying attempt 1 failed",
      "start failsUntil 2 running",
      "success failsUntil 2 completed attempt 2",
      "start failsUntil 1 running",
      "retry failsUntil 1 retrying attempt 1 failed",
      "start failsUntil 2 running",
      "failure failsUntil 2 failed attempt 2 failed",
    ]);
  });

  on(everywhere, "cancelled calls tell onCancel, once", async ({ run, runner, at, channel }) => {
    const told: string[] = [];
    const onCancel = (call: HookCall) => told.push(`${call.task} ${call.state}`);
    await run(
      async () => {
        const first = held.submit(at, "first");
        const second = held.with({ onCancel, onFailure: () => told.push("failure") }).submit(at, "second");
        await channel.reached("first");
        second.cancel();
        second.cancel();
        channel.pass("first");
        await first;
        await second.wait();
      },
      { runner: runner(1) },
    );
    expect(told).toEqual(["held cancelled"]);
  });

  on(everywhere, "a hook that throws is reported, and the run goes on", async bench => {
    const onStart = () => {
      throw new Error("a bad hook");
    };
    const onSuccess = async () => {
      throw new Error("a bad async hook");
    };
    const { result, witness } = bench.watch(() => add.with({ onStart, onSuccess }).submit(1, 2));
    expect(await result).toBe(3);
    const warned = witness.of("warning").map(({ message }) => message);
    expect(warned.filter(text => /onStart .*a bad hook/.test(text))).toHaveLength(1);
    expect(warned.filter(text => /onSuccess .*a bad async hook/.test(text))).toHaveLength(1);
  });
});
