/** Rows about clusters of two processes on this machine, beside the same by hand in the engine's own language. */
import { computed } from "../ways.mjs";
import { python } from "./python.mjs";

const WARM_UP = 100;

/** `way`: what Python is to do; `most`: how many times its time heddle may take. */
const on =
  (load, peer) =>
  (way, measure, { most, ...row }, warmUp = WARM_UP) => ({
    of: "calls",
    rounds: 3,
    contenders: { heddle: load, ...python("processes", way, { [peer]: row.calls }, warmUp) },
    goal: { peers: { [peer]: Number((1 / most).toFixed(2)) } },
    measure,
    ...row,
  });

export const onDask = on(() => import("../peers/dask.mjs"), "Client.submit");
export const onRay = on(() => import("../peers/ray.mjs"), "ray.remote");

/** Calls that compute for 1 ms, after some to warm up. */
export const computing = place => (contender, count) =>
  contender.places[place](
    async at => {
      await computed(at, Math.min(count, 50));
      return computed(at, count);
    },
    { work: "busy" },
  );
