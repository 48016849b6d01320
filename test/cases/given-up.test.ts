/** Attempts that are given up, and what becomes of those that take their place or stand beside them. */
import { expect } from "vitest";
import { endsLater, goesOn, held, leaf, throwsUnknown, waitsFor } from "../fixtures/cases/nested-tasks.mjs";
import { abroad, calling, on, pools } from "./places.ts";

// Where the first cannot be killed.
on(["inline", "custom"], "an attempt that ends late is not taken for the next one", async ({ at, channel, watch }) => {
  const { result, witness } = watch(() => goesOn.submit(at));
  await channel.reached("attempt 2");
  channel.pass("attempt 1");
  await channel.reached("refused");
  channel.pass("attempt 2");
  expect(await result).toBe("the second");
  expect(witness.of("submitted").reduce((sum, { count }) => sum + count, 0)).toBe(2);
});

on(calling, "a call that has nothing left to wait for ends, though others want its slot", async bench => {
  const { at, channel, run, runner } = bench;
  await run(
    async () => {
      const first = endsLater.submit(at, "end");
      await channel.reached("end");
      const next = held.submit(at, "next", 2);
      channel.pass("end");
      expect(await first).toBe(2);
      channel.pass("next");
      expect(await next).toBe(2);
    },
    { runner: runner(1) },
  );
});

on(pools, "a call that waits is cancelled without harm to its worker", async ({ at, channel, watch, runner }) => {
  const { result, witness } = watch(async () => {
    const waits = waitsFor.submit(at, "inside");
    await channel.reached("inside");
    waits.cancel("enough");
    expect(await waits.wait()).toBe("cancelled");
    return await leaf.submit(1);
  }, runner(1));
  expect(await result).toBe(2);
  expect(witness.of("workerEnded").map(({ reason }) => reason)).not.toContain("retired");
});

on(abroad, "an error that only its worker can read fails the call, and nothing else", async ({ run, runner }) => {
  await run(
    async () => {
      const outcome = await throwsUnknown.submit().settled();
      expect(outcome).toMatchObject({ ok: false, error: { name: "SerializerError" } });
      expect(String(outcome.ok || outcome.error.message)).toContain("ParseError");
      expect(await leaf.submit(1)).toBe(2);
    },
    { runner: runner(1) },
  );
});
