/** `--bundles`: a worker that takes calls of tasks which it does not know, and asks their runs for the code. */
import { isRedis } from "../../background/redis/place.ts";
import { SECRET_VARIABLE, secret } from "../../background/secret.ts";
import { UsageError } from "../../errors.ts";

export function checkModules(files: readonly string[], bundles: boolean): void {
  if (files.length > 0 || bundles) return;
  throw new UsageError({
    problem: "No module is named, so that no job could ever run",
    hint: "Name the modules that define the tasks: heddle worker tasks.ts. Code that is sent is taken with --bundles.",
  });
}

/** Whoever can write to the queue could have any code run. */
export function checkBundles(place: string): void {
  if (!isRedis(place)) {
    throw new UsageError({
      problem: `--bundles is for queues in Redis, and the queue is ${place}`,
      hint: 'Say which with -o "redis://host:6379", or leave --bundles out.',
    });
  }
  if (secret() !== null) return;
  throw new UsageError({
    problem: `--bundles needs ${SECRET_VARIABLE}: without one, whoever can write to Redis could have any code run here`,
    hint: `Give this worker and all who use the queue the same ${SECRET_VARIABLE}.`,
  });
}
