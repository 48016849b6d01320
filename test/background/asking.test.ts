/** What calls at a worker on Redis ask their run. */
import { expect, test } from "vitest";
import { Asking } from "../../src/background/redis/asking.ts";
import type { RedisQueue } from "../../src/background/redis/queue.ts";
import { signedAnswer } from "../../src/background/signature.ts";

test("a question that was under way when Redis went away is asked again: its run may not be back yet", async () => {
  let hear: (message: Buffer) => void = () => {};
  const asked: unknown[] = [];
  const connection = {
    isSettled: true,
    async act(act: string, args: readonly unknown[]) {
      if (act !== "askRun") return [1];
      asked.push(args.at(-1));
      if (asked.length === 1) {
        connection.isSettled = false;
        return 0;
      }
      const number = String(args[1]);
      hear(Buffer.concat([Buffer.from([3, number.length]), Buffer.from(number), signedAnswer(number, Buffer.of(42))]));
      return 1;
    },
  };
  const listenTo = async (_name: string, heard: typeof hear) => {
    hear = heard;
  };
  const queue = { connection, listenTo, leave: async () => {} } as unknown as RedisQueue;
  const asking = new Asking(queue);
  const answer = await asking.ask("run", "batch", 0, Buffer.of(1));
  asking.close();
  expect([...answer]).toEqual([42]);
  expect(asked).toEqual([0, 1]);
});
