/**
 * Random pipelines on all runners, while workers and coordinators are killed, disks fill up and channels fail.
 * `ROUNDS` says how many, `SEED` the seed of the first; each round has the next number for its seed.
 */
import pLimit from "p-limit";
import { afterAll, describe, expect, test } from "vitest";
import { reasonAgainstDisks } from "../disk/disk.ts";
import { Tally } from "./faults.ts";
import { roundOf } from "./generate.ts";
import { play } from "./play.ts";
import type { Round } from "./round.ts";

const SEED = Number(process.env["SEED"] ?? 71_000);
const ROUNDS = Number(process.env["ROUNDS"] ?? 20);
/** Rounds wait for time-outs and the ends of processes most of the time. */
const inTurn = pLimit(3);

const reason = reasonAgainstDisks();
const tally = new Tally(reason === null);
const rounds = Array.from({ length: ROUNDS }, (_, at) => roundOf(SEED + at));

afterAll(() => {
  if (reason !== null) console.log(`No disk was filled: ${reason}.`);
  if (process.env["ROUNDS"] !== undefined) console.log(`${ROUNDS} rounds from SEED=${SEED}: ${tally}`);
});

function titleOf({ seed, place, calls, runs, cache }: Round): string {
  return `seed ${seed}: ${calls.length} calls, ${place}${cache ? ", cached" : ""}, ${runs.length} runs`;
}

describe.concurrent("whatever goes wrong, all calls end, all results are right and nothing is left", () => {
  test.each(rounds.map(round => [titleOf(round), round] as const))(
    "%s",
    async (_, round) => {
      const problems = await inTurn(() => play(round, tally));
      const replay = `SEED=${round.seed} ROUNDS=1 npx vitest run test/chaos`;
      expect(problems, [`seed ${round.seed}; play it again with ${replay}`, ...problems].join("\n")).toEqual([]);
    },
    400_000,
  );
});
