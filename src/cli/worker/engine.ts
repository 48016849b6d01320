/** Which kind of queue a worker serves, for those who want to be sure of it. */
import { isRedis } from "../../background/redis/place.ts";
import { UsageError } from "../../errors.ts";

export type Engine = "embedded" | "redis";

/** @throws UsageError if the queue is kept by another one. */
export function checkEngine(engine: Engine | undefined, place: string): void {
  if (engine === undefined || isRedis(place) === (engine === "redis")) return;
  throw engine === "redis"
    ? new UsageError({
        problem: `--engine redis, and no Redis is named: the queue would be in ${place}`,
        hint: "Name it with -o redis://host:6379, or by HEDDLE_QUEUE.",
      })
    : new UsageError({
        problem: "--engine embedded, and the queue that is named is in a Redis",
        hint: "Leave --engine out, or name the folder of a store with -o.",
      });
}
