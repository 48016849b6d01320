/** `t.delay(…)`: from a call to a job in the queue. */
import { parseDuration } from "../config/duration.ts";
import { shown } from "../config/shown.ts";
import { OptionError } from "../errors.ts";
import { rootOf } from "../run/place.ts";
import type { AnyOptions, Definition } from "../task/definition.ts";
import { port } from "../task/port.ts";
import type { Duration } from "../task/types.ts";
import { explainMissing, hasFile } from "../workers/unreachable.ts";
import { choosesPlace } from "./admission.ts";
import { Caller } from "./caller.ts";
import { JobCapture } from "./inputs.ts";
import { StoredJob } from "./job.ts";
import { openQueue, queuePlace } from "./place.ts";
import { secret } from "./secret.ts";
import { signedJob } from "./signature.ts";

export const DEFAULT_QUEUE = "default";
const LAST_TIME = Date.UTC(10_000, 0) - 1;
/** What belongs to the call that is made here, and not to the one that is stored. */
const OF_DELAY = ["delay", "after", "inFlight"];

port.delay = (definition, options, inputs) => new Caller().tell(delay(definition, options, inputs));

async function delay(
  definition: Definition,
  options: AnyOptions,
  inputs: readonly unknown[],
): Promise<StoredJob<unknown>> {
  const { name, identity } = definition;
  if (!hasFile(definition)) throw explainMissing(definition, []);
  const { in: wait = 0, queue = DEFAULT_QUEUE, priority, idempotencyKey, store } = options.delay ?? {};
  const notBefore = timeAfter(wait, `${definition.kind} "${name}", delay.in`);
  const stored = storedOptions(definition, options);
  const capture = new JobCapture(name, inputs);
  const folder = queuePlace(store ?? options.store, () => rootOf(definition));
  const [bytes] = await Promise.all([capture.bytes(), ...(options.after ?? [])]);
  const open = () => openQueue(folder);
  const job = signedJob({
    task: identity,
    name,
    queue,
    priority: priority ?? options.priority ?? 0,
    notBefore,
    idempotencyKey: idempotencyKey ?? null,
    options: stored,
    restart: options.restart !== false,
    after: capture.after,
    inputs: bytes,
  });
  const id = await (await open()).add(job);
  return new StoredJob(id, open);
}

/** When so much time has passed: 0 for at once, as clocks differ between machines. */
function timeAfter(wait: Duration, where: string): number {
  const ms = parseDuration(wait, where);
  const time = ms === 0 ? 0 : Date.now() + ms;
  if (time <= LAST_TIME) return time;
  throw new OptionError({ where, problem: `${shown(wait)} ends after the year 9999`, hint: "Give a shorter time." });
}

/** The options that `with` has set: a worker knows those of the definition itself. */
function storedOptions(definition: Definition, options: AnyOptions): Record<string, unknown> {
  const own: Readonly<Record<string, unknown>> = { ...definition.options };
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(options)) {
    if (value === undefined || value === own[key] || OF_DELAY.includes(key)) continue;
    if (!isPlain(value)) {
      throw new OptionError({
        where: `${definition.kind} "${definition.name}", ${key}`,
        problem: "it cannot be stored with a job, as it is more than plain data",
        hint: `Set it where the ${definition.kind} is defined, where the worker finds it.`,
      });
    }
    kept[key] = value;
  }
  const place = secret() === null ? choosesPlace(kept) : undefined;
  if (place !== undefined) {
    throw new OptionError({
      where: `${definition.kind} "${definition.name}", ${place}`,
      problem: "it says where a job runs, which workers believe only of jobs that are signed",
      hint: `Set it where the ${definition.kind} is defined, or give all who use the queue a HEDDLE_SECRET.`,
    });
  }
  return kept;
}

function isPlain(value: unknown): boolean {
  if (typeof value === "function") return false;
  if (typeof value !== "object" || value === null) return true;
  if (Array.isArray(value)) return value.every(isPlain);
  return Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(isPlain);
}
