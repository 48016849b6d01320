/** Short calls, of which engines get several in one task: what holds of each of them, whatever becomes of the others. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Future, type Runner, run } from "heddle";
import { expect, test } from "vitest";
import { channel, folder, gone, watched } from "../commands/rig.ts";
import { short } from "../fixtures/clusters/short.mjs";
import { waitsFor, weigh } from "../fixtures/clusters/tasks.mjs";

/** So many calls at once, after as many that have shown that they are short. */
const CALLS = 40;
/** The one that does something else. */
const OTHER = 7;
/** So often some calls are cancelled as others end. */
const ROUNDS = 200;
const FEW = 8;

interface Made {
  readonly log: string;
  readonly calls: Future<unknown>[];
}

/** Calls one of which does what it is told. */
async function make(what: string, at = "", options = {}): Promise<Made> {
  const log = join(folder(), "log");
  const numbers = Array.from({ length: CALLS }, (_, n) => n);
  await Promise.all(numbers.map(n => short.submit(`${log}-before`, n)));
  const calls = numbers.map(n => short.with(options).submit(log, n, n === OTHER ? what : "ends", at));
  return { log, calls };
}

const ran = (log: string) => readFileSync(log, "utf8").trim().split("\n").map(Number);
const timesOf = (log: string, n: number) => ran(log).filter(one => one === n).length;

async function statesOf({ calls }: Made) {
  const states = await Promise.all(calls.map(call => call.wait()));
  return { other: states[OTHER], others: new Set(states.filter((_, n) => n !== OTHER)) };
}

/** Each of them has run once. */
function expectOnce(log: string) {
  const numbers = Array.from({ length: CALLS }, (_, n) => n);
  expect(numbers.map(n => timesOf(log, n))).toEqual(numbers.map(() => 1));
}

export function shortCalls(there: () => { readonly runner: Runner }): void {
  test("short calls come together, and each begins, says something and ends by itself", async () => {
    const { result, witness } = watched(async () => {
      const { log, calls } = await make("prints");
      return { turns: await Promise.all(calls), ran: ran(log) };
    }, there());
    const { turns, ran: all } = (await result) as { turns: string[]; ran: number[] };
    expect(new Set(turns).size).toBeLessThan(CALLS);
    expect(all).toHaveLength(CALLS);
    const printed = witness.of("output");
    expect(printed.map(({ text }) => text)).toEqual([`this is ${OTHER}\n`]);
    const begun = witness.of("started").flatMap(({ calls }) => calls);
    const ended = witness.of("completed").flatMap(({ calls }) => calls);
    // The flow is a call, too.
    expect(new Set(begun).size).toBe(2 * CALLS + 1);
    expect(new Set(ended)).toEqual(new Set(begun));
    expect(ended).toContain(printed[0]!.call);
  });

  test("one fails, and the others do not", async () => {
    const { log, error } = await run(there(), async () => {
      const made = await make("fails");
      const { error } = (await made.calls[OTHER]!.settled()) as { error: Error };
      return { log: made.log, error, states: await statesOf(made) };
    });
    expect(error).toBeInstanceOf(RangeError);
    expect(error.message).toBe(`${OTHER} fails`);
    expectOnce(log);
  });

  test("one kills its worker: it has crashed, and of the others none runs twice", async () => {
    const { log, error, states } = await run(there(), async () => {
      const made = await make("dies");
      const { error } = (await made.calls[OTHER]!.settled()) as { error: Error };
      return { log: made.log, error, states: await statesOf(made) };
    });
    expect(error).toMatchObject({ code: "CRASHED", message: expect.stringContaining("signal SIGKILL") });
    expect(states).toEqual({ other: "crashed", others: new Set(["completed"]) });
    expectOnce(log);
  });

  test("an error that nobody caught is the crash of the call from which it came", async () => {
    const { log, error } = await run(there(), async () => {
      const made = await make("throwsLater");
      const { error } = (await made.calls[OTHER]!.settled()) as { error: Error };
      return { log: made.log, error, states: await statesOf(made) };
    });
    expect(error.message).toBe("nobody's");
    expectOnce(log);
  });

  test("one is cancelled and obeys: its worker goes on", async () => {
    const line = await channel();
    const { log, states } = await run(there(), async () => {
      const made = await make("obeys", line.address);
      await line.reached(`obeys ${OTHER}`);
      made.calls[OTHER]!.cancel("enough");
      return { log: made.log, states: await statesOf(made) };
    });
    expect(states).toEqual({ other: "cancelled", others: new Set(["completed"]) });
    expectOnce(log);
  });

  test("one is cancelled and does not obey: it loses its worker, and nobody else loses anything", async () => {
    const line = await channel();
    const { result, witness } = watched(async () => {
      const made = await make("spins", line.address);
      const spins = await line.nth(0);
      made.calls[OTHER]!.cancel("enough");
      const states = await statesOf(made);
      await gone(spins.slice(6));
      return { log: made.log, states };
    }, there());
    const { log, states } = (await result) as { log: string; states: unknown };
    expect(states).toEqual({ other: "cancelled", others: new Set(["completed"]) });
    expectOnce(log);
    expect(witness.of("restarted")).toEqual([]);
  });

  test("one is cancelled before it begins, while another one keeps its worker", async () => {
    const line = await channel();
    const { log, state, states } = await run(there(), async () => {
      const made = await make("isHeld", line.address);
      await line.reached(`held ${OTHER}`);
      const last = made.calls[CALLS - 1]!;
      last.cancel("enough");
      const state = await last.wait();
      line.passAll();
      return { log: made.log, state, states: await statesOf({ ...made, calls: made.calls.slice(0, -1) }) };
    });
    expect(states).toEqual({ other: "completed", others: new Set(["completed"]) });
    // It may have begun all the same, in another worker.
    expect(["cancelled", "completed"]).toContain(state);
    expect(timesOf(log, CALLS - 1)).toBeLessThanOrEqual(1);
    expect(ran(log).filter(n => n < CALLS - 1)).toHaveLength(CALLS - 1);
  });

  test("one is cancelled while all wait at the engine: the others run, and none twice", async () => {
    const line = await channel();
    const { log, states } = await run(there(), async () => {
      // As many as the cluster has slots run, and the others come before what is made later.
      const { log: before } = await make("ends");
      const held = Array.from({ length: 4 }, () => waitsFor.submit(line.address, "slot"));
      await line.reached("slot", 2);
      const log = `${before}-waiting`;
      const calls = Array.from({ length: CALLS }, (_, n) => short.submit(log, n));
      // Most of them come to the engine meanwhile, which makes no difference.
      for (let turn = 0; turn < 100; turn += 1) await new Promise(setImmediate);
      calls[OTHER]!.cancel("enough");
      expect(await calls[OTHER]!.wait()).toBe("cancelled");
      line.passAll();
      await Promise.all(held);
      return { log, states: await statesOf({ log, calls }) };
    });
    expect(states).toEqual({ other: "cancelled", others: new Set(["completed"]) });
    const numbers = Array.from({ length: CALLS }, (_, n) => n);
    // It may have begun before that was heard.
    expect(timesOf(log, OTHER)).toBeLessThanOrEqual(1);
    const others = ran(log).filter(n => n !== OTHER);
    expect(others.sort((a, b) => a - b)).toEqual(numbers.filter(n => n !== OTHER));
  });

  test("as some end others are cancelled: nothing else is lost, and none runs twice", async () => {
    const log = join(folder(), "log");
    const { result, witness } = watched(async () => {
      const states: string[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        const calls = Array.from({ length: FEW }, (_, n) => short.submit(log, states.length + n));
        // At that moment they begin, run or end.
        for (const [n, call] of calls.entries()) call.onDone(() => calls[n + 1 + (round % 3)]?.cancel("enough"));
        states.push(...(await Promise.all(calls.map(call => call.wait()))));
      }
      return states;
    }, there());
    const states = (await result) as string[];
    const times = states.map(() => 0);
    for (const n of ran(log)) times[n] = times[n]! + 1;
    expect(states.filter((state, n) => times[n]! > 1 || (state === "completed" && times[n] === 0))).toEqual([]);
    expect(new Set(states)).toEqual(new Set(["completed", "cancelled"]));
    expect(witness.of("restarted")).toEqual([]);
  });

  test("one takes long: those behind it do not wait for it", async () => {
    const line = await channel();
    const log = await run(there(), async () => {
      const made = await make("isHeld", line.address);
      const others = made.calls.filter((_, n) => n !== OTHER);
      await line.reached(`held ${OTHER}`);
      await Promise.all(others);
      line.passAll();
      await made.calls[OTHER];
      return made.log;
    });
    expectOnce(log);
  });

  test("a time-out ends only the one that takes too long", async () => {
    const line = await channel();
    const log = await run(there(), async () => {
      const made = await make("spins", line.address, { timeout: "2s" });
      expect(await statesOf(made)).toEqual({ other: "timedOut", others: new Set(["completed"]) });
      return made.log;
    });
    await gone(line.heard[0]!.slice(6));
    expectOnce(log);
  });

  test("one gives a large result, which is an input of another call and is read", async () => {
    const { log, weight, read } = await run(there(), async () => {
      const made = await make("isLarge");
      const large = made.calls[OTHER] as Future<Uint8Array>;
      const weight = await weigh.submit(large);
      return { log: made.log, weight, read: (await large).length, states: await statesOf(made) };
    });
    expect(weight).toEqual([[2 ** 20, OTHER, OTHER]]);
    expect(read).toBe(2 ** 20);
    expectOnce(log);
  });

  test("one calls another task and waits for it", async () => {
    const { log, value } = await run(there(), async () => {
      const made = await make("calls");
      return { log: made.log, value: await made.calls[OTHER], states: await statesOf(made) };
    });
    expect(value).toBe(2 * OTHER);
    expectOnce(log);
  });
}
