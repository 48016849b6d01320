import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unmapped } from "heddle";
import { describe, expect, onTestFinished } from "vitest";
import {
  closesDescriptor,
  dies,
  held,
  patient,
  same,
  saysAndDies,
  spins,
  spinsFor,
  workerOf,
} from "../fixtures/cases/tasks.mjs";
import { on, type PlaceName, pools } from "./places.ts";

const ways = [
  ["exit", pools, /exit code 3/],
  ["SIGKILL", ["processes"], /SIGKILL/],
  ["SIGABRT", ["processes"], /SIGABRT/],
] as const satisfies readonly (readonly [string, readonly PlaceName[], RegExp])[];

describe("the death of a worker", () => {
  for (const [how, places, cause] of ways) {
    on(places, `by ${how} at call 60 of 100 fails that call alone`, async ({ run }) => {
      const file = await newFile();
      const outcomes = await run(async () => {
        const list = dies.map(unmapped(file), count(100), unmapped(60), unmapped(how));
        const settled = await list.settled();
        return { settled, state: list.at(60)?.state };
      });
      const { settled, state } = outcomes;
      expect(settled.flatMap((outcome, i) => (outcome.ok && outcome.value === i ? [] : [i]))).toEqual([60]);
      expect(state).toBe("crashed");
      expect(settled[60]).toMatchObject({ error: { code: "CRASHED", message: expect.stringMatching(cause) } });
      expect(settled[60]).toMatchObject({ error: { message: expect.stringMatching(/dies-\d+/) } });
      expect(await linesOf(file)).toEqual(count(100));
    });
  }

  on(
    ["processes"],
    "what one has said before it died is heard, though it is written to first",
    async ({ watch, runner, at, channel }) => {
      const file = await newFile();
      const { result, witness } = watch(
        async () => {
          const pid = (await workerOf.submit()).split("/")[0];
          const beside = held.submit(at, "beside", 1);
          await channel.reached("beside");
          const call = saysAndDies.submit(file);
          while (!existsSync(`${file}-here`)) await new Promise(setImmediate);
          // From here on nothing is read until it is dead.
          writeFileSync(`${file}-go`, "");
          while (!/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8")));
          beside.cancel("it is not needed");
          return [await beside.wait(), await call.wait()];
        },
        runner(1, 2),
      );
      expect(await result).toEqual(["cancelled", "crashed"]);
      // As it was not alone, it has run once more.
      expect(witness.of("log").map(({ message }) => message)).toEqual(["last words", "last words"]);
    },
  );

  on(["processes"], "one that cannot hear any more is ended, and its calls go elsewhere", async ({ watch, runner }) => {
    const { result, witness } = watch(async () => {
      const deaf = await closesDescriptor.submit(5);
      return [deaf, await same.submit(2)];
    }, runner(1));
    expect(await result).toEqual([5, 2]);
    expect(witness.of("workerEnded")).toContainEqual(
      expect.objectContaining({ detail: expect.stringMatching(/something in it closed its channel to heddle/) }),
    );
  });

  on(pools, "a crashed call is tried again where retries allow", async ({ watch }) => {
    const file = await newFile();
    const { result, witness } = watch(() => dies.with({ retries: 2 }).submit(file, 1, 1, "exit").settled());
    expect(await result).toMatchObject({ ok: false, error: { code: "CRASHED" } });
    expect(witness.of("retrying").map(({ state }) => state)).toEqual(["crashed", "crashed"]);
    expect(await linesOf(file)).toEqual([1, 1, 1]);
  });

  on(
    pools,
    "several at once on a worker: the culprit alone crashes, others run again",
    async ({ watch, runner, at, channel }) => {
      const file = await newFile();
      const { result, witness } = watch(
        async () => {
          const beside = [held.submit(at, "a", 1), held.submit(at, "b", 2)];
          await Promise.all([channel.reached("a"), channel.reached("b")]);
          const culprit = dies.submit(file, 1, 1, "exit");
          await channel.reached("a", 2);
          channel.pass("a", "b");
          expect(await culprit.wait()).toBe("crashed");
          return beside;
        },
        runner(1, 5),
      );
      expect(await result).toEqual([1, 2]);
      const restarted = witness.of("restarted").map(({ call }) => call);
      expect(restarted.length).toBeGreaterThanOrEqual(2);
      expect(witness.of("retrying")).toEqual([]);
    },
  );
});

describe("hard time-outs", () => {
  on(pools, "a busy loop settles at its limit, and its worker is replaced", async ({ watch, runner, at }) => {
    const { result, witness } = watch(async () => {
      const busy = spins.with({ timeout: 1_000 }).submit(at, "spinning");
      const after = same.map([1, 2, 3]);
      return { state: await busy.wait(), after, error: busy.error };
    }, runner(1));
    expect(await result).toMatchObject({
      state: "timedOut",
      after: [1, 2, 3],
      error: { name: "TimeoutError", message: expect.stringMatching(/spins-\d+ ran longer than .* 1000 ms/) },
    });
    expect(witness.of("workerStarted").length).toBeGreaterThanOrEqual(2);
  });

  on(pools, "a call that is busy from its first moment settles at its limit", async ({ run }) => {
    expect(await run(() => spinsFor.with({ timeout: 300 }).submit(3_600_000).wait())).toBe("timedOut");
  });

  on(pools, "one busy call among many quick ones is the one that runs out of time", async ({ run, runner }) => {
    const late = await run(
      async () => {
        await spinsFor.map(count(2_000).map(() => 0));
        const list = spinsFor.with({ timeout: 500 }).map(count(200).map(i => (i === 100 ? 3_600_000 : 0)));
        return (await list.settled()).flatMap((outcome, i) => (outcome.ok ? [] : [i]));
      },
      { runner: runner(1) },
    );
    expect(late).toEqual([100]);
  });

  on(pools, "others on other workers are unharmed", async ({ run, at, channel }) => {
    const found = await run(async () => {
      const beside = held.submit(at, "beside", 7);
      const busy = spinsFor.with({ timeout: 300 }).map([3_600_000, 3_600_000]);
      const states = await Promise.all([...busy].map(future => future.wait()));
      channel.pass("beside");
      return { states, beside };
    });
    expect(found).toEqual({ states: ["timedOut", "timedOut"], beside: 7 });
    expect(channel.count("beside")).toBe(1);
  });

  on(pools, "a call that obeys its signal keeps its worker", async ({ watch, runner, at }) => {
    const { result, witness } = watch(async () => {
      const state = await patient.with({ timeout: 1_000 }).submit(at, "never").wait();
      return { state, after: same.submit(8) };
    }, runner(1));
    expect(await result).toEqual({ state: "timedOut", after: 8 });
    expect(witness.of("workerStarted")).toHaveLength(1);
  });
});

function count(to: number): number[] {
  return Array.from({ length: to }, (_, i) => i);
}

async function newFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "heddle-death-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, "lines");
}

async function linesOf(file: string): Promise<number[]> {
  const lines = (await readFile(file, "utf8")).trim().split("\n").map(Number);
  return lines.sort((a, b) => a - b);
}
