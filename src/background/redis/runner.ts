/** A runner whose calls are executed by the workers of a queue in Redis: `runner: redis({ url })`. */
import { CancelledError } from "../../errors.ts";
import { defineRunner } from "../../runners/define.ts";
import type { Runner } from "../../task/runner.ts";
import type { RunContext } from "../../workers/custom.ts";
import { DEFAULT_QUEUE } from "../delay.ts";
import { outcomeIn } from "../outcome.ts";
import { openQueue } from "../place.ts";
import { calledIn, callOf } from "../remote.ts";
import { signedJob } from "../signature.ts";
import { readPlace } from "./place.ts";
import type { RedisQueue } from "./queue.ts";

const FOREVER = new AbortController().signal;

/** @throws OptionError */
export function redisRunner(place: string): Runner {
  const { calls } = readPlace(place);
  return defineRunner({ name: "redis", workers: calls, run: (bytes, how) => execute(place, bytes, how) });
}

async function execute(place: string, bytes: Uint8Array, { signal }: RunContext): Promise<Uint8Array> {
  const queue = (await openQueue(place)) as RedisQueue;
  const { identity, name } = calledIn(bytes);
  const id = await queue.add(
    signedJob({
      task: callOf(identity),
      name,
      queue: DEFAULT_QUEUE,
      priority: 0,
      notBefore: 0,
      idempotencyKey: null,
      options: {},
      restart: true,
      after: [],
      inputs: bytes,
    }),
  );
  const cancel = () => void queue.cancel(id, (signal.reason as Error).message).catch(() => {});
  signal.addEventListener("abort", cancel, { once: true });
  if (signal.aborted) cancel();
  try {
    await queue.ended(id, FOREVER);
    const end = await queue.outcome(id);
    if (end === null) throw new CancelledError({ task: name, reason: "its job was removed" });
    const outcome = outcomeIn(end, id);
    if (!outcome.ok) throw outcome.error;
    return outcome.value as Uint8Array;
  } finally {
    signal.removeEventListener("abort", cancel);
    // The run keeps what came of it.
    await queue.remove(id).catch(() => {});
  }
}
