import { describe, expect } from "vitest";
import { printsAndFails, printsMuch, spinsFor, talks } from "../fixtures/cases/tasks.mjs";
import { everywhereAndRay, on, throughout, throughoutButRay, type Witness } from "./places.ts";

/** The numbers of the calls, in the order of submission. */
function calls(witness: Witness, from = 1): number[] {
  const all = witness.of("submitted").flatMap(({ first, count }) => Array.from({ length: count }, (_, i) => first + i));
  return all.sort((a, b) => a - b).slice(from);
}

describe("what calls print", () => {
  on(throughout, "two failures at once each have their own text", async ({ watch, at, channel }) => {
    const { result, witness } = watch(() => printsAndFails.map([at, at], ["red", "blue"]).settled());
    await Promise.all([channel.reached("red"), channel.reached("blue")]);
    channel.pass("red", "blue");
    await result;
    const failed = witness.of("failed");
    expect(failed).toHaveLength(2);
    for (const { call, error } of failed) {
      const colour = error.message;
      expect(witness.printed(call)).toBe(`${colour} before\n${colour} after\n`);
      expect(witness.printed(call, "stderr")).toBe(`${colour} error\n`);
    }
  });

  on(throughoutButRay, "ten calls at once per worker do not mix", async ({ watch, runner, at, channel }) => {
    const names = Array.from({ length: 20 }, (_, i) => `call ${i}`);
    const { result, witness } = watch(
      () =>
        printsMuch.map(
          names.map(() => at),
          names,
        ),
      runner(2, 10),
    );
    await channel.reached("ten", 20);
    channel.pass("ten");
    await result;
    for (const [i, call] of calls(witness).entries()) {
      expect(witness.printed(call)).toBe(`call ${i} one\ncall ${i} two\ncall ${i} three\n`);
      expect(witness.printed(call, "stderr")).toBe(`call ${i} err\n`);
    }
  });

  on(throughout, "logs, progress and process warnings belong to their call", async ({ watch }) => {
    const { result, witness } = watch(() => talks.map(["a", "b"]));
    await result;
    const [a, b] = calls(witness);
    for (const [call, name] of [
      [a, "a"],
      [b, "b"],
    ]) {
      const about = { call };
      expect(witness.of("log").filter(event => event.call === call)).toMatchObject([
        { ...about, level: "info", message: `${name} speaks`, data: { name } },
        { ...about, level: "error", message: `${name} shouts` },
      ]);
      expect(witness.of("progress").filter(event => event.call === call)).toMatchObject([
        { ...about, fraction: 0.5, note: name },
        { ...about, fraction: 0.75, done: 3, total: 4 },
      ]);
      expect(witness.of("warning").filter(event => event.call === call)).toMatchObject([
        { ...about, name: "OddWarning", message: `${name} warns` },
      ]);
    }
  });

  on(throughout, "a task knows who it is", async ({ watch }) => {
    const { result, witness } = watch(() => talks.submit("me"));
    const [call] = [await result, ...calls(witness)].slice(1);
    const [run] = witness.of("runStarted");
    expect(await result).toEqual({ id: `talks-${call}`, task: "talks", attempt: 1, runId: run?.run });
  });
});

describe("what is measured", () => {
  on(everywhereAndRay, "run time is that of the call, and its waiting is apart", async ({ place, watch, runner }) => {
    const { result, witness } = watch(async () => {
      const own = await spinsFor.map([300, 1]);
      return own;
    }, runner(1));
    const [long, short] = (await result) as [number, number];
    const [first, second] = calls(witness);
    const ms = new Map(witness.of("completed").flatMap(({ calls, ms }) => calls.map((call, i) => [call, ms[i]!])));
    expect(ms.get(first!)).toBeGreaterThanOrEqual(long);
    expect(ms.get(second!)).toBeGreaterThanOrEqual(short);
    expect(ms.get(second!)! - short).toBeLessThan(long);
    // Of Ray it is heard when its mailbox comes to it.
    if (["inline", "custom", "ray"].includes(place)) return;
    const startOf = (call: number) => witness.of("started").find(event => event.calls.includes(call))!.at;
    expect(startOf(second!) - startOf(first!)).toBeGreaterThan(long / 2);
  });
});
