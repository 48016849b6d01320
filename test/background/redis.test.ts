/** The queue in Redis does what every queue has to do. */
import { afterAll, test } from "vitest";
import { redis } from "../../src/background/redis/place.ts";
import { RedisQueue } from "../../src/background/redis/queue.ts";
import { type RedisServer, startRedis } from "../engines/redis.ts";
import { conforms } from "./conformance.ts";

const started = await startRedis();

if (typeof started === "string") test.skip(`a queue in Redis: ${started}`);
else suite(started);

function suite(server: RedisServer): void {
  let count = 0;
  afterAll(() => server.stop());
  conforms(() => RedisQueue.open(redis({ url: server.url, lease: "5s", prefix: `q${count++}` })));
}
