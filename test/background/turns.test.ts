/** How many calls of runs a worker has under way at once. */
import { expect, test } from "vitest";
import type { CallService, CallTies } from "../../src/background/queue.ts";
import type { RedisJob } from "../../src/background/redis/record.ts";
import { type Around, TakenBatch } from "../../src/background/redis/taken-batch.ts";
import { Turns } from "../../src/background/redis/turns.ts";

/** A worker's batch of calls, each of which is one byte. */
function batchOf(service: Partial<CallService>, turns: Turns, asked?: Promise<Uint8Array>): TakenBatch {
  const around = {
    queue: { connection: { act: async () => 1 }, where: {} },
    worker: "w",
    turns,
    asking: { ask: () => asked },
    service: {
      begin: () => () => {},
      places: () => null,
      read: () => [Uint8Array.of(1), Uint8Array.of(2)],
      ...service,
    },
    troubled: (error: Error) => expect.fail(error.message),
  };
  const job = { id: "j", life: "1", name: "t", options: { run: "r", count: 2 }, stops: {}, cancelled: null };
  return new TakenBatch(around as unknown as Around, job as unknown as RedisJob);
}

/** Two calls for one place, of which the first has asked; gives which have begun. */
async function begunWhileAsked(keepsPlace: boolean): Promise<readonly number[]> {
  const begun: number[] = [];
  let answer = () => {};
  const answered = new Promise<Uint8Array>(resolve => {
    answer = () => resolve(new Uint8Array());
  });
  const execute = (_job: unknown, [number]: Uint8Array, { ask }: CallTies) => {
    begun.push(number!);
    const said = async () => ({ said: number === 1 ? await ask(new Uint8Array(), keepsPlace) : new Uint8Array() });
    return { end: said(), cancel: () => {} };
  };
  const batch = batchOf({ execute }, new Turns(1), answered);
  const done = batch.execute("run", new Uint8Array(), []);
  const before = [...begun];
  expect(batch.isWaiting).toBe(false);
  answer();
  await done;
  expect(begun).toEqual([1, 2]);
  return before;
}

test("a call that waits for what it has called leaves its place to others, one that fetches files does not", async () => {
  expect(await begunWhileAsked(false)).toEqual([1, 2]);
  expect(await begunWhileAsked(true)).toEqual([1]);
});

test("calls of a batch that may wait at workers have one turn, which is over when the last has left", () => {
  const turns = new Turns(1);
  const begun: string[] = [];
  const leaves: (() => void)[] = [];
  turns.wait(2, leave => {
    begun.push("a batch of two");
    leaves.push(leave, leave);
  });
  turns.wait(1, () => begun.push("the next"));
  leaves[0]!();
  expect(begun).toEqual(["a batch of two"]);
  leaves[1]!();
  expect(begun).toEqual(["a batch of two", "the next"]);
});

test("a batch that cannot be read takes no turn from others", async () => {
  const turns = new Turns(1);
  const begun: number[] = [];
  const execute = (_job: unknown, [number]: Uint8Array) => {
    begun.push(number!);
    return { end: Promise.resolve({ said: new Uint8Array() }), cancel: () => {} };
  };
  const read = () => {
    throw new Error("it is not signed");
  };
  await batchOf({ places: () => 1, read }, turns).execute("go", new Uint8Array(), []);
  await batchOf({ places: () => 1, execute }, turns).execute("go", new Uint8Array(), []);
  expect(begun).toEqual([1, 2]);
});

test("no more batches begin as a whole than there are places for calls: others are for other workers", async () => {
  const turns = new Turns(3);
  let end = () => {};
  const ended = new Promise<{ said: Uint8Array }>(resolve => {
    end = () => resolve({ said: new Uint8Array() });
  });
  const service = { places: () => 1, execute: () => ({ end: ended, cancel: () => {} }) };
  const [first, second] = [batchOf(service, turns), batchOf(service, turns)];
  const done = [first, second].map(batch => batch.execute("go", new Uint8Array(), []));
  expect([first.isCrowded, second.isCrowded]).toEqual([false, true]);
  end();
  await Promise.all(done);
});
