/** A runner whose calls are executed by the workers of a queue in Redis: `runner: redis({ url })`. */
import { randomBytes } from "node:crypto";
import type { Runner } from "../../task/runner.ts";
import { LateSession } from "../../workers/late.ts";
import { openQueue } from "../place.ts";
import { readPlace } from "./place.ts";
import type { RedisQueue } from "./queue.ts";

/** @throws OptionError */
export function redisRunner(place: string): Runner {
  const { calls } = readPlace(place);
  return {
    name: "redis",
    workers: calls,
    shared: false,
    sharesDisk: false,
    open: host =>
      new LateSession(host, async () => {
        const [queue, { RedisSession }] = await Promise.all([openQueue(place), import("./session.ts")]);
        const open = await RedisSession.prepare(queue as RedisQueue, randomBytes(8).toString("hex"), calls);
        return open;
      }),
  };
}
